<?php

namespace SupportBridge;

/**
 * Finds, checks and works out one customer's account.
 *
 * It believes that nothing it reads can be relied on: the tables may be missing or of another version, the row may be
 * forged or copied from another customer, the database may be slow or locked. Each such case is a Problem with a reason
 * for the shop's log. One statement is sent, and the server itself ends it after a second: the page is not ours. Only
 * where it says that the desk knows this extension by another version, one more tells the desk.
 */
final class AccountReader
{
    public const SCHEMA_VERSION = '1';

    private Tables $tables;

    private string $keyFolder;

    /**
     * A reader for callers that bring the key with them.
     */
    public static function by(Tables $tables): self
    {
        return new self($tables->database(), $tables->prefix(), '');
    }

    public function __construct(Database $database, string $prefix, string $keyFolder)
    {
        $this->tables = new Tables($database, $prefix);
        $this->keyFolder = $keyFolder;
    }

    /**
     * What the customer's account comes to now (Unix time), null if the desk has written none.
     *
     * @throws Problem
     */
    public function read(int $shopId, int $customerId, int $now): ?AccountState
    {
        $document = $this->document(KeyFile::forShop($this->keyFolder, $shopId), $customerId);

        return $document === null ? null : $document->at($now);
    }

    /**
     * The customer's account as the desk wrote it, null if it has written none.
     *
     * @throws Problem
     */
    public function document(KeyFile $key, int $customerId): ?AccountDocument
    {
        $row = $this->row($key->store(), $customerId);
        self::checkSchema($row === null ? null : (string) $row['schema_version']);
        Extension::tellNews($this->tables, $key->store(), $row['extension']);
        if ($row['payload'] === null) {
            return null;
        }
        if (!$key->verifies('account', (string) $row['payload'], (string) $row['key_id'], (string) $row['mac'])) {
            throw new Problem('the signature of the account row does not verify with the key of store ' . $key->store());
        }

        $document = AccountDocument::parse($row['payload'], $key->store(), $customerId);
        if (!$document->isOfVersion((int) $row['epoch'], (int) $row['number'])) {
            throw new Problem('the account document is of another version than its row');
        }

        return $document;
    }

    /**
     * That the tables are there and of the version that this extension reads.
     *
     * @throws Problem
     */
    public function checkTables(): void
    {
        $row = $this->row('', 0);
        self::checkSchema($row === null ? null : (string) $row['schema_version']);
    }

    /**
     * @throws Problem
     */
    private static function checkSchema(?string $version): void
    {
        if ($version === null) {
            throw new Problem('the tables do not say their version; run "bridge store prepare"');
        }
        if ($version !== self::SCHEMA_VERSION) {
            $found = preg_match('/\A[0-9]{1,6}\z/', $version) === 1 ? $version : 'unknown';
            throw new Problem('the tables are of version ' . $found . ', this extension reads ' . self::SCHEMA_VERSION);
        }
    }

    /**
     * The tables' version, what the extension has last said of its own, and the account's row where there is one.
     *
     * @return array<string, string|null>|null
     *
     * @throws Problem
     */
    private function row(string $store, int $customerId): ?array
    {
        return $this->tables->row(
            'm.`payload` AS `schema_version`, e.`payload` AS `extension`, a.`epoch` AS `epoch`, a.`number` AS `number`,'
            . ' a.`payload` AS `payload`, a.`key_id` AS `key_id`, a.`mac` AS `mac`'
            . ' FROM ' . $this->tables->name('meta') . ' m'
            . ' LEFT JOIN ' . $this->tables->name('account') . ' a'
            . " ON a.`store` = '" . $store . "' AND a.`customer_id` = " . $customerId
            . ' LEFT JOIN ' . $this->tables->name('meta') . " e ON e.`name` = 'storefront:" . $store . "'"
            . " WHERE m.`name` = 'schema'"
        );
    }
}
