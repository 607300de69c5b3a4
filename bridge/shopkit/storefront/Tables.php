<?php

namespace SupportBridge;

/**
 * Our tables in the shop's database: what the server refuses becomes a Problem with a reason for the shop's log.
 *
 * Every statement is ended by the server itself after a second: the page is not ours. Only MariaDB runs what stands
 * between `/*M!` and its end, only MySQL heeds the hint after SELECT; to each the other's is a comment.
 */
final class Tables
{
    public const MISSING = 1146;

    private const COLUMN_MISSING = 1054;
    private const NOT_ALLOWED = [1044, 1142, 1143];
    private const TOO_SLOW = [1205, 1317, 1969, 3024];

    private Database $database;

    private string $prefix;

    public function __construct(Database $database, string $prefix)
    {
        $this->database = $database;
        $this->prefix = str_replace('`', '', $prefix);
    }

    public function database(): Database
    {
        return $this->database;
    }

    public function prefix(): string
    {
        return $this->prefix;
    }

    /**
     * A table's whole name for a statement.
     */
    public function name(string $table): string
    {
        return '`' . $this->prefix . 'supportbridge_' . $table . '`';
    }

    /**
     * The first row of `SELECT $selection`, null if there is none.
     *
     * @return array<string, string|null>|null
     *
     * @throws Problem
     */
    public function row(string $selection): ?array
    {
        try {
            return $this->database->row(self::select($selection));
        } catch (DatabaseFailure $failure) {
            throw self::problem($failure);
        }
    }

    /**
     * The rows of `SELECT $selection`.
     *
     * @return array<int, array<string, string|null>>
     *
     * @throws Problem
     */
    public function rows(string $selection): array
    {
        try {
            return $this->database->rows(self::select($selection));
        } catch (DatabaseFailure $failure) {
            throw self::problem($failure);
        }
    }

    /**
     * @throws Problem
     */
    public function write(string $statement): void
    {
        try {
            $this->database->write(
                '/*M!100102 SET STATEMENT max_statement_time=1, lock_wait_timeout=1 FOR */ ' . $statement
            );
        } catch (DatabaseFailure $failure) {
            throw self::problem($failure);
        }
    }

    private static function select(string $selection): string
    {
        return '/*M!100102 SET STATEMENT max_statement_time=1, lock_wait_timeout=1 FOR */'
            . ' SELECT /*+ MAX_EXECUTION_TIME(1000) */ ' . $selection;
    }

    private static function problem(DatabaseFailure $failure): Problem
    {
        return new Problem(self::reason($failure->getCode()), $failure->getCode());
    }

    private static function reason(int $errorNumber): string
    {
        if ($errorNumber === self::MISSING) {
            return 'the tables are missing; run "bridge store prepare" or install the extension again';
        }
        if ($errorNumber === self::COLUMN_MISSING) {
            return 'the tables are of another version: a column is missing';
        }
        if (in_array($errorNumber, self::NOT_ALLOWED, true)) {
            return 'the shop may not read the tables (database error ' . $errorNumber . ')';
        }
        if (in_array($errorNumber, self::TOO_SLOW, true)) {
            return 'the database did not answer within a second (database error ' . $errorNumber . ')';
        }

        return 'the database refused the read (database error ' . $errorNumber . ')';
    }
}
