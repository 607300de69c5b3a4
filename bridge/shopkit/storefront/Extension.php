<?php

namespace SupportBridge;

/**
 * What this extension says of itself: its version, which it leaves for the desk in every store that it has a key for.
 *
 * The row is not signed and decides nothing: the desk's checks only tell its operator what an older extension lacks.
 */
final class Extension
{
    public const VERSION = '0.7.0';

    /**
     * Leave the version for the desk; whether every store could be told.
     */
    public static function tell(Database $database, string $prefix, string $keyFolder): bool
    {
        $tables = new Tables($database, $prefix);
        try {
            foreach (KeyFile::stores($keyFolder, null) as $store) {
                self::write($tables, $store);
            }
        } catch (Problem $problem) {
            return false;
        }

        return true;
    }

    /**
     * The same from a customer's page, where what has been `$said` is another version: newer files can take the place
     * of older ones without an installation. A shop where that can't be written shows its page all the same.
     */
    public static function tellNews(Tables $tables, string $store, ?string $said): void
    {
        if ($said === self::note()) {
            return;
        }
        try {
            self::write($tables, $store);
        } catch (Problem $problem) { // the next page tries again
            return;
        }
    }

    /**
     * Take the version back, when the extension is removed; the desk's own rows stay.
     */
    public static function forget(Database $database, string $prefix, string $keyFolder): void
    {
        $tables = new Tables($database, $prefix);
        try {
            foreach (KeyFile::stores($keyFolder, null) as $store) {
                $tables->write('DELETE FROM ' . $tables->name('meta') . " WHERE `name` = 'storefront:" . $store . "'");
            }
        } catch (Problem $problem) { // a shop without our tables is removed just as well
            return;
        }
    }

    /**
     * Which of the two is older, by what makes a difference in a version, its first two numbers: -1 this extension,
     * 1 the desk, 0 neither.
     */
    public static function comparedWith(string $desk): int
    {
        return version_compare(self::release(self::VERSION), self::release($desk));
    }

    private static function note(): string
    {
        return (string) json_encode(['version' => self::VERSION]);
    }

    /**
     * @throws Problem
     */
    private static function write(Tables $tables, string $store): void
    {
        $note = "'" . self::note() . "'";
        $tables->write(
            'INSERT INTO ' . $tables->name('meta') . " (`name`, `payload`) VALUES ('storefront:" . $store . "', "
            . $note . ') ON DUPLICATE KEY UPDATE `payload` = ' . $note . ", `key_id` = '', `mac` = ''"
        );
    }

    private static function release(string $version): string
    {
        return implode('.', array_slice(explode('.', $version), 0, 2));
    }
}
