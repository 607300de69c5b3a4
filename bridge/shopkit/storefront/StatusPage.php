<?php

namespace SupportBridge;

/**
 * Whether the bridge works, in words for the shop's owner: is the desk there, is it well, do both sides fit together?
 *
 * It believes that the owner has this page and nothing else: each finding that is not well says what to do. Nothing here
 * names a customer or a secret.
 */
final class StatusPage
{
    private const STATES = ['well', 'waiting', 'paused'];

    private Tables $tables;

    private string $keyFolder;

    private AdminWords $words;

    public function __construct(Database $database, string $prefix, string $keyFolder, AdminWords $words)
    {
        $this->tables = new Tables($database, $prefix);
        $this->keyFolder = $keyFolder;
        $this->words = $words;
    }

    /**
     * The findings about this shop's side, then those about each store's desk.
     *
     * @param string $schemaFile the file with the definition of our tables
     *
     * @return array<int, array{heading: string, findings: array<int, array{well: bool, text: string}>}>
     */
    public function groups(string $schemaFile, int $now): array
    {
        $shop = $this->tables($schemaFile);
        $shop[] = $this->finding(true, 'extension_version', ['version' => Extension::VERSION]);
        $groups = [['heading' => $this->words->say('status_shop'), 'findings' => $shop]];
        foreach (KeyFile::stores($this->keyFolder, null) as $store) {
            $groups[] = [
                'heading' => $this->words->say('status_store', ['store' => $store]),
                'findings' => $this->desk($store, $now),
            ];
        }

        return $groups;
    }

    /**
     * @return array<int, array{well: bool, text: string}>
     */
    private function tables(string $schemaFile): array
    {
        try {
            $missing = $this->missingTables($schemaFile);
            $row = $this->tables->row('`payload` FROM ' . $this->tables->name('meta') . " WHERE `name` = 'schema'");
            $version = $row === null ? '?' : (string) $row['payload'];
        } catch (Problem $problem) {
            return $problem->getCode() === Tables::MISSING
                ? [$this->finding(false, 'tables_none')]
                : [$this->finding(false, 'tables_unreadable', [], $problem)];
        }
        $fits = $version === AccountReader::SCHEMA_VERSION;
        $values = ['version' => $version, 'known' => AccountReader::SCHEMA_VERSION];
        $findings = [$this->finding($fits, $fits ? 'tables_version' : 'tables_other_version', $values)];
        if ($missing !== []) {
            $findings[] = $this->finding(false, 'tables_missing', ['names' => implode(', ', $missing)]);
        }

        return $findings;
    }

    /**
     * The names of those that the schema file makes and the shop has not.
     *
     * @return string[]
     *
     * @throws Problem
     */
    private function missingTables(string $schemaFile): array
    {
        $missing = [];
        foreach (SchemaFile::statements($schemaFile, $this->tables->prefix()) as $statement) {
            $isTable = preg_match('/CREATE TABLE IF NOT EXISTS `[A-Za-z0-9_]*supportbridge_([a-z]+)`/', $statement, $found);
            if ($isTable !== 1) {
                continue;
            }
            try {
                $this->tables->rows('1 FROM ' . $this->tables->name($found[1]) . ' LIMIT 0');
            } catch (Problem $problem) {
                if ($problem->getCode() !== Tables::MISSING) {
                    throw $problem;
                }
                $missing[] = 'supportbridge_' . $found[1];
            }
        }

        return $missing;
    }

    /**
     * @return array<int, array{well: bool, text: string}>
     */
    private function desk(string $store, int $now): array
    {
        try {
            $key = KeyFile::read($this->keyFolder, 'supportbridge-' . $store . '.php');
            $status = DeskStatus::read(new SignedRows($this->tables, $key, static function (): void {
            }));
            if ($status === null) {
                $name = $this->hasConnected($store) ? 'contact_without_status' : 'contact_never';

                return [$this->finding(false, $name, ['version' => Extension::VERSION, 'store' => $store])];
            }
        } catch (Problem $problem) {
            return [$this->finding(false, 'contact_problem', [], $problem)];
        }

        $findings = [$this->contact($status, $now)];
        if ($status->state !== 'well' || !$status->isLate($now)) { // nobody knows whether a silent desk is well
            $findings[] = $this->state($status);
        }
        $findings[] = $status->problems === 0
            ? $this->finding(true, 'problems_none')
            : $this->finding(false, 'problems_some', ['count' => $status->problems]);
        $findings[] = $this->orders($status, $now);
        $findings[] = $this->compatibility($status);

        return $findings;
    }

    /**
     * Whether the desk has at least left its name here, as one of an earlier version does.
     *
     * @throws Problem
     */
    private function hasConnected(string $store): bool
    {
        $row = $this->tables->row('1 FROM ' . $this->tables->name('meta') . " WHERE `name` = 'desk:" . $store . "'");

        return $row !== null;
    }

    /**
     * @return array{well: bool, text: string}
     */
    private function contact(DeskStatus $status, int $now): array
    {
        $values = [
            'age' => $this->words->age($status->age($now)),
            'moment' => $this->words->language()->moment($status->at),
        ];
        if ($status->isAheadOf($now)) {
            return $this->finding(false, 'contact_ahead', $values);
        }

        return $status->isLate($now)
            ? $this->finding(false, 'contact_late', $values)
            : $this->finding(true, 'contact_well', $values);
    }

    /**
     * @return array{well: bool, text: string}
     */
    private function state(DeskStatus $status): array
    {
        $known = in_array($status->state, self::STATES, true);

        return $this->finding(
            $status->state === 'well',
            $known ? 'state_' . $status->state : 'state_other',
            ['state' => $status->state]
        );
    }

    /**
     * @return array{well: bool, text: string}
     */
    private function orders(DeskStatus $status, int $now): array
    {
        if ($status->lastOrderRead === null) {
            return $this->finding(false, 'orders_never');
        }
        $values = ['age' => $this->words->age(max(0, $now - $status->lastOrderRead))];

        return $this->finding($status->readsOrders() && !$status->isLate($now), 'orders_read', $values);
    }

    /**
     * @return array{well: bool, text: string}
     */
    private function compatibility(DeskStatus $status): array
    {
        $values = ['extension' => Extension::VERSION, 'desk' => $status->version];
        $names = [-1 => 'versions_extension_older', 0 => 'versions_fit', 1 => 'versions_desk_older'];
        $compared = Extension::comparedWith($status->version);

        return $this->finding($compared === 0, $names[$compared], $values);
    }

    /**
     * @param array<string, string|int> $values
     *
     * @return array{well: bool, text: string}
     */
    private function finding(bool $well, string $name, array $values = [], ?Problem $problem = null): array
    {
        $text = $this->words->say($name, $values);

        return ['well' => $well, 'text' => $problem === null ? $text : $text . ' ' . $problem->getMessage()];
    }
}
