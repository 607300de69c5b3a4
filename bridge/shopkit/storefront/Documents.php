<?php

namespace SupportBridge;

/**
 * The documents that the desk has left for the pages: quotes, prices, answers, and the entries of an account.
 *
 * It believes what AccountReader does: a row may be forged, or copied from another customer or version. One that does
 * not verify is left out, with the reason in the shop's log, and keeps no other from being shown. A desk that was
 * put back writes all of its documents anew, under a higher epoch: what is left of a lower one it does not know, and is
 * not shown either. A shop that was prepared by an earlier version has no such tables: then there is nothing, which is
 * not a problem.
 */
final class Documents
{
    /** Entries that a page reads at once; a longer statement staff send as a file. */
    public const MOST_ENTRIES = 20000;

    /** How many are read; one in which something can still happen is shown, however many newer ones there are. */
    private const MOST_QUOTES = 1000;
    private const MOST_QUOTES_SHOWN = 200;

    /**
     * How many are read, those first that the desk of now lists: what was taken off the list keeps its row for ever.
     *
     * Only the signed text says which, so this is the order of reading and nothing more. No text of anybody's can hold
     * these bytes: a quotation mark within one has a backslash before it.
     */
    private const MOST_PRICES = 500;
    private const UNLISTED_LAST = "`epoch` DESC, `payload` LIKE '%\"listed\":false%', `code`";

    private Tables $tables;

    private KeyFile $key;

    /** @var callable(string): void */
    private $log;

    /** The epoch of the desk that there is now, as far as it is known. */
    private int $epoch = 0;

    /**
     * @param callable(string): void $log writes one line into the shop's log
     */
    public function __construct(Tables $tables, KeyFile $key, callable $log)
    {
        $this->tables = $tables;
        $this->key = $key;
        $this->log = $log;
    }

    /**
     * The desk has written something under this epoch: what stands under a lower one is none of its documents.
     */
    public function notBefore(int $epoch): void
    {
        $this->epoch = max($this->epoch, $epoch);
    }

    /**
     * A customer's quotes, the newest first; null in a shop without such a table.
     *
     * @return Quote[]|null
     *
     * @throws Problem
     */
    public function quotes(int $customerId, ?int $quoteId = null): ?array
    {
        $rows = $this->rows(
            'quote',
            ' AND `customer_id` = ' . $customerId . ($quoteId === null ? '' : ' AND `quote_id` = ' . $quoteId)
            . ' ORDER BY `quote_id` DESC LIMIT ' . self::MOST_QUOTES,
            '`quote_id`'
        );

        if ($rows === null) {
            return null;
        }
        $quotes = $this->ofThisDesk($this->readable($rows, function (array $row) use ($customerId): Quote {
            $fields = $this->fields('quote', $row);
            $fields->requireCustomer($customerId);
            $fields->require('quote', (int) $row['quote_id']);

            return new Quote($fields);
        }));

        $shown = 0;

        return array_values(array_filter($quotes, static function (Quote $quote) use (&$shown): bool {
            return $quote->isShown() && (++$shown <= self::MOST_QUOTES_SHOWN || $quote->canGoOn());
        }));
    }

    /**
     * @throws Problem
     */
    public function quote(int $customerId, int $quoteId): ?Quote
    {
        return $this->quotes($customerId, $quoteId)[0] ?? null;
    }

    /**
     * What the price list shows, in its order; null in a shop without such a table.
     *
     * @return Price[]|null
     *
     * @throws Problem
     */
    public function prices(): ?array
    {
        $rows = $this->rows('price', ' ORDER BY ' . self::UNLISTED_LAST . ' LIMIT ' . self::MOST_PRICES, '`code`');
        if ($rows === null) {
            return null;
        }
        $prices = array_filter($this->ofThisDesk($this->readable($rows, function (array $row): Price {
            $fields = $this->fields('price', $row);
            $fields->require('code', (string) $row['code']);

            return new Price($fields);
        })), static function (Price $price): bool {
            return $price->listed;
        });
        usort($prices, static function (Price $one, Price $other): int {
            return [$one->rank, $one->code] <=> [$other->rank, $other->code];
        });

        return $prices;
    }

    /**
     * @throws Problem
     */
    public function price(string $code): ?Price
    {
        foreach ($this->prices() ?? [] as $price) {
            if ($price->code === $code) {
                return $price;
            }
        }

        return null;
    }

    /**
     * The desk's answer to one row of the inbox, null while there is none.
     *
     * @throws Problem
     */
    public function answer(int $customerId, string $uuid): ?Answer
    {
        $which = ' AND `customer_id` = ' . $customerId . " AND `uuid` = '" . $uuid . "'";
        $rows = $this->rows('answer', $which, '`uuid`');

        return $this->readable($rows ?? [], function (array $row) use ($customerId): Answer {
            $fields = $this->fields('answer', $row);
            $fields->requireCustomer($customerId);
            $fields->require('uuid', (string) $row['uuid']);

            return new Answer($fields);
        })[0] ?? null;
    }

    /**
     * All entries of an account, the oldest first, exactly as many as its document counts and with the digest it signs.
     *
     * An entry beyond the last one is none of the desk's; one that is missing or changed is a Problem.
     *
     * @return Entry[]
     *
     * @throws Problem
     */
    public function entries(int $customerId, AccountDocument $account): array
    {
        if ($account->entries > self::MOST_ENTRIES) {
            throw new Problem('the account has more entries than a page can show; ask the desk for the statement');
        }
        $rows = $this->tables->rows(
            '`number`, `payload`, `key_id`, `mac` FROM ' . $this->tables->name('entry')
            . " WHERE `store` = '" . $this->key->store() . "' AND `customer_id` = " . $customerId
            . ' AND `number` BETWEEN 1 AND ' . $account->entries . ' ORDER BY `number`'
        );
        $digest = '';
        $entries = [];
        foreach ($rows as $row) {
            $digest = hash('sha256', $digest . "\n" . $row['payload']);
            $fields = $this->signed('entry', $row);
            $fields->requireCustomer($customerId);
            $fields->require('number', (int) $row['number']);
            $entries[] = new Entry($fields);
        }
        if (count($entries) !== $account->entries || !hash_equals($account->digest, $digest)) {
            throw new Problem('the entries of an account are not those that its document counts');
        }

        return $entries;
    }

    /**
     * A store's rows of a table, null where the table is missing.
     *
     * @return array<int, array<string, string|null>>|null
     *
     * @throws Problem
     */
    private function rows(string $table, string $which, string $keyColumn): ?array
    {
        try {
            return $this->tables->rows(
                $keyColumn . ', `epoch`, `number`, `payload`, `key_id`, `mac` FROM ' . $this->tables->name($table)
                . " WHERE `store` = '" . $this->key->store() . "'" . $which
            );
        } catch (Problem $problem) {
            if ($problem->getCode() === Tables::MISSING) {
                return null;
            }
            throw $problem;
        }
    }

    /**
     * What can be made of rows; those that make no sense are left out, and the log is told how many and why the first.
     *
     * @param array<int, array<string, string|null>> $rows
     *
     * @return array<int, mixed>
     */
    private function readable(array $rows, callable $read): array
    {
        $documents = [];
        $reasons = [];
        foreach ($rows as $row) {
            try {
                $documents[] = $read($row);
            } catch (Problem $problem) {
                $reasons[] = $problem->getMessage();
            }
        }
        if ($reasons !== []) {
            ($this->log)('rows are not shown (' . count($reasons) . '): ' . $reasons[0]);
        }

        return $documents;
    }

    /**
     * Those that the desk of now has written.
     *
     * @param array<int, Quote|Price> $documents
     *
     * @return array<int, mixed>
     */
    private function ofThisDesk(array $documents): array
    {
        foreach ($documents as $document) {
            $this->notBefore($document->epoch);
        }

        return array_filter($documents, function ($document): bool {
            return $document->epoch === $this->epoch;
        });
    }

    /**
     * @param array<string, string|null> $row
     *
     * @throws Problem
     */
    private function fields(string $table, array $row): Fields
    {
        $fields = $this->signed($table, $row);
        $fields->require('epoch', (int) $row['epoch']);
        $fields->require('number', (int) $row['number']);

        return $fields;
    }

    /**
     * @param array<string, string|null> $row
     *
     * @throws Problem
     */
    private function signed(string $table, array $row): Fields
    {
        if (!$this->key->verifies($table, (string) $row['payload'], (string) $row['key_id'], (string) $row['mac'])) {
            throw new Problem('the signature of a row of ' . $table . ' does not verify');
        }

        return Fields::of($table . ' document', (string) $row['payload'], $this->key->store());
    }
}
