<?php

namespace SupportBridge;

/**
 * Tells the desk that an order of this shop has changed or that a customer has acted, so that it looks at once and not
 * only at its next turn.
 *
 * It believes that the order is worth everything and the hint nothing. The counter is raised when the request ends:
 * the shop's own statements are done by then, so no lock of ours can hold up or undo an order, and the desk finds the
 * change in place when it comes to look. What fails here stays here; a shop without the table leaves no hints.
 */
final class Hints
{
    private const TABLE_MISSING = 1146;

    /** @var array<string, true> the stores to be told when this request ends */
    private static array $waiting = [];

    /**
     * @param int|null $shopId the shop whose order it is, null where that is not known: then every store is told
     * @param callable(string): void $log writes one line into the shop's log
     */
    public static function orderChanged(
        Database $database,
        string $prefix,
        string $keyFolder,
        ?int $shopId,
        callable $log
    ): void {
        self::quietly(static function () use ($database, $prefix, $keyFolder, $shopId, $log): void {
            $stores = KeyFile::stores($keyFolder, $shopId);
            if (self::$waiting === [] && $stores !== []) {
                register_shutdown_function(static function () use ($database, $prefix, $log): void {
                    self::quietly(static function () use ($database, $prefix, $log): void {
                        self::write($database, $prefix, $log);
                    });
                });
            }
            self::$waiting += array_fill_keys($stores, true);
        });
    }

    /**
     * Tells the desk that one of our pages has left something for it; what fails costs only time, and is not told.
     */
    public static function posted(Database $database, string $prefix, string $store): void
    {
        self::quietly(static function () use ($database, $prefix, $store): void {
            $database->write(self::counting($prefix, ["('" . $store . "', 'inbox', 1)"]));
        });
    }

    /**
     * Whether the counters are there to be raised.
     */
    public static function isReady(Database $database, string $prefix): bool
    {
        try {
            $database->row('SELECT `store`, `kind`, `number` FROM ' . self::table($prefix) . ' LIMIT 1');
        } catch (DatabaseFailure $failure) {
            return false;
        }

        return true;
    }

    /**
     * One statement for all stores, in one order, so that two requests cannot wait for each other.
     */
    private static function write(Database $database, string $prefix, callable $log): void
    {
        ksort(self::$waiting);
        $rows = [];
        foreach (array_keys(self::$waiting) as $store) {
            $rows[] = "('" . $store . "', 'order', 1)";
        }
        self::$waiting = [];
        try {
            $database->write(self::counting($prefix, $rows));
        } catch (DatabaseFailure $failure) {
            if ($failure->getCode() !== self::TABLE_MISSING) {
                $log('the desk was not told of a changed order (database error ' . $failure->getCode() . ')');
            }
        }
    }

    /**
     * MariaDB gives it up after a second; MySQL knows no such wish for a single statement and reads it as a comment.
     *
     * @param string[] $rows
     */
    private static function counting(string $prefix, array $rows): string
    {
        return '/*M!100102 SET STATEMENT max_statement_time=1 FOR */'
            . ' INSERT INTO ' . self::table($prefix) . ' (`store`, `kind`, `number`) VALUES ' . implode(', ', $rows)
            . ' ON DUPLICATE KEY UPDATE `number` = `number` + 1';
    }

    private static function table(string $prefix): string
    {
        return '`' . str_replace('`', '', $prefix) . 'supportbridge_hint`';
    }

    /**
     * Some shops end the request at a mere warning, so none may reach them either.
     */
    private static function quietly(callable $what): void
    {
        set_error_handler(static function (): bool {
            return true;
        });
        try {
            $what();
        } catch (\Throwable $error) { // whatever it was, the order goes on
        } finally {
            restore_error_handler();
        }
    }
}
