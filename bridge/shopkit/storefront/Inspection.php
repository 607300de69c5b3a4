<?php

namespace SupportBridge;

/**
 * What an administrator should know before a customer finds out: are the tables and the keys in place?
 *
 * Each finding is a code for the extension's own texts, whether it is well, and a detail that names no customer and no
 * secret.
 */
final class Inspection
{
    /**
     * @param string[] $webRoots
     *
     * @return array<int, array{code: string, well: bool, detail: string}>
     */
    public static function findings(AccountReader $reader, string $keyFolder, array $webRoots): array
    {
        $findings = [self::tables($reader)];
        $names = KeyFile::names($keyFolder);
        if ($names === []) {
            $findings[] = self::finding('key_none', false, '');
        }
        foreach ($names as $name) {
            $findings[] = self::key($keyFolder, $name);
        }
        if ($names !== [] && KeyFile::isInside($keyFolder, $webRoots)) {
            $findings[] = self::finding('key_web_root', false, '');
        }

        return $findings;
    }

    /**
     * Whether a changed order wakes the desk; without, it looks at its own pace.
     *
     * @return array{code: string, well: bool, detail: string}
     */
    public static function hints(Database $database, string $prefix): array
    {
        $ready = Hints::isReady($database, $prefix);

        return self::finding($ready ? 'hint_well' : 'hint_missing', $ready, '');
    }

    /**
     * Whether the tables of quotes and tickets are there; without, customers see their coins and nothing more.
     *
     * @return array{code: string, well: bool, detail: string}
     */
    public static function desk(Database $database, string $prefix): array
    {
        $ready = self::isDeskReady($database, $prefix);

        return self::finding($ready ? 'desk_well' : 'desk_missing', $ready, '');
    }

    public static function isDeskReady(Database $database, string $prefix): bool
    {
        $tables = new Tables($database, $prefix);
        $named = [];
        foreach (['quote', 'price', 'inbox', 'answer'] as $table) {
            $named[] = $tables->name($table);
        }
        try {
            $tables->rows('1 FROM ' . implode(', ', $named) . ' LIMIT 0');
        } catch (Problem $problem) {
            return false;
        }

        return true;
    }

    /**
     * @return array{code: string, well: bool, detail: string}
     */
    private static function tables(AccountReader $reader): array
    {
        try {
            $reader->checkTables();
        } catch (Problem $problem) {
            return self::finding('tables_problem', false, $problem->getMessage());
        }

        return self::finding('tables_well', true, '');
    }

    /**
     * @return array{code: string, well: bool, detail: string}
     */
    private static function key(string $folder, string $name): array
    {
        try {
            $file = KeyFile::read($folder, $name);
        } catch (Problem $problem) {
            return self::finding('key_problem', false, $problem->getMessage());
        }
        $shops = $file->shopIds();

        return self::finding('key_well', true, $file->store() . ($shops === [] ? '' : ' (' . implode(', ', $shops) . ')'));
    }

    /**
     * @return array{code: string, well: bool, detail: string}
     */
    private static function finding(string $code, bool $well, string $detail): array
    {
        return ['code' => $code, 'well' => $well, 'detail' => $detail];
    }
}
