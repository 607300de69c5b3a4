<?php

namespace SupportBridge;

/**
 * The little that the pages need of the shop's own database connection.
 */
interface Database
{
    /**
     * The first row of a SELECT, null if there is none.
     *
     * @return array<string, string|null>|null
     *
     * @throws DatabaseFailure
     */
    public function row(string $sql): ?array;

    /**
     * The rows of a SELECT.
     *
     * @return array<int, array<string, string|null>>
     *
     * @throws DatabaseFailure
     */
    public function rows(string $sql): array;

    /**
     * Runs a statement that has no rows to give.
     *
     * @throws DatabaseFailure
     */
    public function write(string $sql): void;
}
