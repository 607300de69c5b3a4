<?php

namespace SupportBridge;

/**
 * What one customer has done on our pages and the desk has to know: rows that we sign and only the desk removes.
 *
 * A row's number is that of the form it came from, and the table takes a number once: a form sent twice is one row.
 */
final class Inbox
{
    private const ROWS_A_MINUTE = 10;
    private const MOST_WAITING = 20;
    private const TABLE = 'inbox';

    private Tables $tables;

    private KeyFile $key;

    private int $customerId;

    public function __construct(Tables $tables, KeyFile $key, int $customerId)
    {
        $this->tables = $tables;
        $this->key = $key;
        $this->customerId = $customerId;
    }

    /**
     * What has been sent in the last day and not been answered yet, the newest first; null in a shop that has no inbox.
     *
     * @return Posted[]|null
     *
     * @throws Problem
     */
    public function waiting(): ?array
    {
        try {
            return $this->found(
                ' LEFT JOIN ' . $this->tables->name('answer') . ' a ON a.`store` = i.`store` AND a.`uuid` = i.`uuid`',
                ' AND i.`created` > CURRENT_TIMESTAMP - INTERVAL 1 DAY AND a.`uuid` IS NULL'
                . ' ORDER BY i.`id` DESC LIMIT ' . self::MOST_WAITING
            );
        } catch (Problem $problem) {
            if ($problem->getCode() === Tables::MISSING) {
                return null;
            }
            throw $problem;
        }
    }

    /**
     * What was sent under a number, null if this customer has sent nothing under it.
     *
     * @throws Problem
     */
    public function find(string $uuid): ?Posted
    {
        return $this->found('', " AND i.`uuid` = '" . $uuid . "'")[0] ?? null;
    }

    /**
     * Whether the customer has sent so much within a minute that he should wait.
     *
     * @throws Problem
     */
    public function isBusy(): bool
    {
        $row = $this->tables->row(
            'COUNT(*) AS `rows` FROM ' . $this->tables->name(self::TABLE)
            . " WHERE `store` = '" . $this->key->store() . "' AND `customer_id` = " . $this->customerId
            . ' AND `created` > CURRENT_TIMESTAMP - INTERVAL 1 MINUTE'
        );

        return (int) $row['rows'] >= self::ROWS_A_MINUTE;
    }

    /**
     * Leave a deed for the desk and wake it; the same number again changes nothing.
     *
     * @throws Problem
     */
    public function post(Deed $deed, string $uuid, string $language, int $now): void
    {
        $payload = self::canonical([
            'v' => 1,
            'store' => $this->key->store(),
            'customer' => $this->customerId,
            'uuid' => $uuid,
            'kind' => $deed->kind,
            'at' => $now,
            'language' => $language,
            'data' => $deed->data === [] ? new \stdClass() : $deed->data, // an empty list would be none
        ]);
        [$keyId, $mac] = $this->key->sign(self::TABLE, $payload);
        // In hexadecimal no character of it can mean anything to the server, whatever its mode and charset.
        $this->tables->write(
            'INSERT IGNORE INTO ' . $this->tables->name(self::TABLE)
            . ' (`store`, `uuid`, `customer_id`, `payload`, `key_id`, `mac`) VALUES ('
            . "'" . $this->key->store() . "', '" . $uuid . "', " . $this->customerId
            . ', 0x' . bin2hex($payload) . ', 0x' . bin2hex($keyId) . ", '" . $mac . "')"
        );
        Hints::posted($this->tables->database(), $this->tables->prefix(), $this->key->store());
    }

    /**
     * The one spelling of a document: ASCII, sorted keys, no blanks.
     *
     * @param array<string, mixed> $document
     */
    private static function canonical(array $document): string
    {
        return json_encode(self::sorted($document), JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
    }

    /**
     * @param array<int|string, mixed> $values
     *
     * @return array<int|string, mixed>
     */
    private static function sorted(array $values): array
    {
        if ($values !== array_values($values)) {
            ksort($values, SORT_STRING);
        }

        return array_map(static function ($value) {
            return is_array($value) ? self::sorted($value) : $value;
        }, $values);
    }

    /**
     * @return Posted[]
     *
     * @throws Problem
     */
    private function found(string $join, string $which): array
    {
        $rows = $this->tables->rows(
            'i.`uuid` AS `uuid`, i.`payload` AS `payload`, i.`key_id` AS `key_id`, i.`mac` AS `mac` FROM '
            . $this->tables->name(self::TABLE) . ' i' . $join
            . " WHERE i.`store` = '" . $this->key->store() . "' AND i.`customer_id` = " . $this->customerId . $which
        );
        $found = [];
        foreach ($rows as $row) {
            $payload = (string) $row['payload'];
            $signed = $this->key->verifies(
                self::TABLE,
                $payload,
                (string) $row['key_id'],
                (string) $row['mac'],
                Signature::SHOP_TO_DESK
            );
            if ($signed) {
                $fields = Fields::of('inbox document', $payload, $this->key->store());
                $fields->requireCustomer($this->customerId);
                $fields->require('uuid', (string) $row['uuid']);
                $deed = Deed::posted($fields->text('kind'), $fields->collection('data'));
                $found[] = new Posted((string) $row['uuid'], $deed, $fields->amount('at'));
            }
        }

        return $found;
    }
}
