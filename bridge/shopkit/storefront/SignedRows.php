<?php

namespace SupportBridge;

/**
 * The desk's rows in our tables, read and checked; what is made of them is the callers' business.
 *
 * It believes what AccountReader does: a row may be forged, or copied from another customer or version. One that does
 * not verify is left out, with the reason in the shop's log, and keeps no other from being shown. A desk that was
 * put back writes all of its documents anew, under a higher epoch: what is left of a lower one it does not know, and is
 * not shown either. A shop that was prepared by an earlier version lacks some tables: then there is nothing, which is
 * not a problem.
 */
final class SignedRows
{
    private Tables $tables;

    private KeyFile $key;

    /** @var callable(string): void */
    private $log;

    /** The epoch of the desk that there is now, as far as it is known. */
    private int $epoch = 0;

    /** @var array<string, true> the tables in which something of a newer version was found */
    private array $newer = [];

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
     * Whether something was left out that only a newer extension can read.
     */
    public function hasNewer(string $table): bool
    {
        return isset($this->newer[$table]);
    }

    /**
     * A store's rows of a table, null where the table is missing.
     *
     * @return array<int, array<string, string|null>>|null
     *
     * @throws Problem
     */
    public function all(string $table, string $which, string $columns): ?array
    {
        try {
            return $this->tables->rows(
                $columns . ' FROM ' . $this->tables->name($table)
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
     * What can be made of a store's documents; those that make no sense are left out, and the log is told how many and
     * why the first. Null where the table is missing.
     *
     * @param callable(Fields, array<string, string|null>): mixed $make
     *
     * @return array<int, mixed>|null
     *
     * @throws Problem
     */
    public function documents(string $table, string $which, string $keyColumn, callable $make): ?array
    {
        $rows = $this->all($table, $which, $keyColumn . ', `epoch`, `number`, `payload`, `key_id`, `mac`');
        if ($rows === null) {
            return null;
        }
        $documents = [];
        $reasons = [];
        foreach ($rows as $row) {
            try {
                $fields = $this->signed($table, $row);
                $fields->require('epoch', (int) $row['epoch']);
                $fields->require('number', (int) $row['number']);
                $documents[] = $make($fields, $row);
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
     * @param array<int, Quote|Price|Ticket|Message|Licence|Agreement|Bill> $documents
     *
     * @return array<int, mixed>
     */
    public function ofThisDesk(array $documents): array
    {
        foreach ($documents as $document) {
            $this->notBefore($document->epoch);
        }

        return array_values(array_filter($documents, function ($document): bool {
            return $document->epoch === $this->epoch;
        }));
    }

    /**
     * What the desk says to all pages of its store under a name; null where it says nothing, or where only a desk that
     * there is no more has said it.
     *
     * @throws Problem
     */
    public function meta(string $name): ?Fields
    {
        try {
            $row = $this->tables->row(
                '`payload`, `key_id`, `mac` FROM ' . $this->tables->name('meta')
                . " WHERE `name` = '" . $name . ':' . $this->key->store() . "'"
            );
        } catch (Problem $problem) {
            if ($problem->getCode() === Tables::MISSING) {
                return null;
            }
            throw $problem;
        }
        $fields = $row === null ? null : $this->signed('meta', $row);

        return $fields !== null && $fields->amount('epoch') >= $this->epoch ? $fields : null;
    }

    /**
     * @param array<string, string|null> $row
     *
     * @throws Problem
     */
    public function signed(string $table, array $row): Fields
    {
        if (!$this->key->verifies($table, (string) $row['payload'], (string) $row['key_id'], (string) $row['mac'])) {
            throw new Problem('the signature of a row of ' . $table . ' does not verify');
        }
        try {
            return Fields::of($table . ' document', (string) $row['payload'], $this->key->store());
        } catch (Problem $problem) {
            if ($problem->getCode() === Problem::NEWER_VERSION) {
                $this->newer[$table] = true;
            }
            throw $problem;
        }
    }
}
