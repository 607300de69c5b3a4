<?php

namespace SupportBridge;

/**
 * Why something that a customer wants is not sent to the desk: the name of one of our texts, and what goes into its
 * blanks.
 */
final class Refusal extends \RuntimeException
{
    /** @var array<string, string|int> */
    public array $values;

    /**
     * @param array<string, string|int> $values
     */
    public function __construct(string $text, array $values = [])
    {
        parent::__construct($text);
        $this->values = $values;
    }
}
