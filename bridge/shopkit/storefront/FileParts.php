<?php

namespace SupportBridge;

/**
 * The signed parts of files in our table: those that this page leaves for the desk, and the reading of any.
 *
 * A part is a quarter of a megabyte, so that no statement is longer than a server takes and no request holds more. What
 * is left of a file that could not be written whole is taken away; what a request that dies leaves, the desk does.
 */
final class FileParts
{
    private const PART_BYTES = 262144;
    private const FILES_AN_HOUR = 10;
    private const TABLE = 'file';

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
     * How many parts a file of so many bytes has.
     */
    public static function count(int $size): int
    {
        return max(1, (int) ceil($size / self::PART_BYTES));
    }

    /**
     * Leave files for the desk. What is returned belongs into the row of the message, so that the desk finds them.
     *
     * @param Upload[] $uploads
     *
     * @return array<int, array{file: string, name: string, size: int, sha256: string, parts: int}>
     *
     * @throws Refusal
     * @throws Problem
     */
    public function store(array $uploads): array
    {
        if ($uploads === []) {
            return [];
        }
        $this->requireFew(count($uploads));
        $stored = [];
        try {
            foreach ($uploads as $upload) {
                $stored[] = [
                    'file' => FormToken::newUuid(),
                    'name' => $upload->name,
                    'size' => $upload->size,
                    'sha256' => $upload->sha256,
                    'parts' => self::count($upload->size),
                ];
                $this->write($upload, end($stored));
            }
        } catch (Problem $problem) {
            $this->forget($stored);
            throw $problem;
        }

        return $stored;
    }

    /**
     * Take away what was stored for a message that could not be sent.
     *
     * @param array<int, array{file: string}> $stored
     */
    public function forget(array $stored): void
    {
        foreach ($stored as $file) {
            try {
                $this->tables->write(
                    'DELETE FROM ' . $this->tables->name(self::TABLE) . $this->where($file['file'])
                    . ' AND `customer_id` = ' . $this->customerId
                );
            } catch (Problem $problem) { // the desk takes it away in a week
                return;
            }
        }
    }

    /**
     * Take away what was stored for a message that the row in the inbox does not name: it is another sending's.
     *
     * Where there is no such row nothing is known, and nothing is taken away.
     *
     * @param array<int, array{file: string}> $stored
     */
    public function forgetUnnamed(array $stored, ?Posted $row): void
    {
        if ($row === null) {
            return;
        }
        $named = array_column($row->deed->data['files'] ?? [], 'file');
        $this->forget(array_filter($stored, static function (array $file) use ($named): bool {
            return !in_array($file['file'], $named, true);
        }));
    }

    /**
     * One part's bytes, once it has been proven to be that part of that file for this customer.
     *
     * @param string $direction of the file: from the shop to the desk for a customer's own
     *
     * @return array{sha256: string, parts: int, data: string}
     *
     * @throws Problem
     */
    public function part(string $file, int $part, int $size, string $direction): array
    {
        $row = $this->tables->row(
            '`payload`, `key_id`, `mac` FROM ' . $this->tables->name(self::TABLE) . $this->where($file)
            . ' AND `part` = ' . $part
        );
        if ($row === null) {
            throw new Problem('a part of a file is missing');
        }
        $payload = (string) $row['payload'];
        if (!$this->key->verifies(self::TABLE, $payload, (string) $row['key_id'], (string) $row['mac'], $direction)) {
            throw new Problem('the signature of a part of a file does not verify');
        }
        $fields = Fields::of('part of a file', $payload, $this->key->store());
        $fields->requireCustomer($this->customerId);
        $fields->require('file', $file);
        $fields->require('part', $part);
        $fields->require('size', $size);
        $data = base64_decode($fields->text('data'), true);
        if ($data === false) {
            throw $fields->malformed('data');
        }

        return ['sha256' => $fields->text('sha256'), 'parts' => $fields->amount('parts'), 'data' => $data];
    }

    /**
     * As many as the desk would take, so that nobody fills the shop with what it would refuse (rule T12).
     *
     * @throws Refusal
     * @throws Problem
     */
    private function requireFew(int $count): void
    {
        $row = $this->tables->row(
            'COUNT(DISTINCT `uuid`) AS `files` FROM ' . $this->tables->name(self::TABLE)
            . " WHERE `store` = '" . $this->key->store() . "' AND `customer_id` = " . $this->customerId
            . ' AND `created` > CURRENT_TIMESTAMP - INTERVAL 1 HOUR'
        );
        if ((int) $row['files'] + $count > self::FILES_AN_HOUR) {
            throw new Refusal('refused_files_hour', ['most' => self::FILES_AN_HOUR]);
        }
    }

    /**
     * @param array{file: string, name: string, size: int, sha256: string, parts: int} $stored
     *
     * @throws Problem
     */
    private function write(Upload $upload, array $stored): void
    {
        $source = fopen($upload->path, 'rb');
        if ($source === false) {
            throw new Problem('an uploaded file cannot be read');
        }
        try {
            for ($part = 0; $part < $stored['parts']; $part++) {
                $this->writePart($stored, $part, (string) stream_get_contents($source, self::PART_BYTES));
            }
        } finally {
            fclose($source);
        }
    }

    /**
     * @param array{file: string, size: int, sha256: string, parts: int} $stored
     *
     * @throws Problem
     */
    private function writePart(array $stored, int $part, string $data): void
    {
        $document = [
            'v' => 1,
            'store' => $this->key->store(),
            'file' => $stored['file'],
            'part' => $part,
            'parts' => $stored['parts'],
            'customer' => $this->customerId,
            'size' => $stored['size'],
            'sha256' => $stored['sha256'],
            'data' => base64_encode($data),
        ];
        ksort($document, SORT_STRING);
        $payload = json_encode($document, JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR);
        [$keyId, $mac] = $this->key->sign(self::TABLE, $payload);
        $this->tables->write(
            'INSERT INTO ' . $this->tables->name(self::TABLE)
            . ' (`store`, `uuid`, `part`, `customer_id`, `payload`, `key_id`, `mac`) VALUES ('
            . "'" . $this->key->store() . "', '" . $stored['file'] . "', " . $part . ', ' . $this->customerId
            . ', 0x' . bin2hex($payload) . ', 0x' . bin2hex($keyId) . ", '" . $mac . "')"
        );
    }

    private function where(string $file): string
    {
        return " WHERE `store` = '" . $this->key->store() . "' AND `uuid` = '" . $file . "'";
    }
}
