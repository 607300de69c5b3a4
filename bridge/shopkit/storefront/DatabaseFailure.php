<?php

namespace SupportBridge;

/**
 * The shop's database refused or gave up a statement.
 *
 * Carries only the server's error number: its words repeat the statement, and that names a customer.
 */
final class DatabaseFailure extends \RuntimeException
{
    public function __construct(int $errorNumber)
    {
        parent::__construct('database error ' . $errorNumber, $errorNumber);
    }
}
