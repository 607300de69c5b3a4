<?php

namespace SupportBridge;

/**
 * The entries of a customer's account, as the desk wrote them.
 */
final class Books
{
    private const MOST_ENTRIES = 20000;

    private SignedRows $rows;

    public function __construct(SignedRows $rows)
    {
        $this->rows = $rows;
    }

    /**
     * Whether an account has more entries than a page can read; then only the desk can hand out the statement.
     */
    public static function areTooLong(AccountDocument $account): bool
    {
        return $account->entries > self::MOST_ENTRIES;
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
        $which = ' AND `customer_id` = ' . $customerId
            . ' AND `number` BETWEEN 1 AND ' . $account->entries . ' ORDER BY `number`';
        $rows = $this->rows->all('entry', $which, '`number`, `payload`, `key_id`, `mac`');
        if ($rows === null) {
            throw new Problem('the table of entries is missing; run "bridge store prepare"', Tables::MISSING);
        }
        $digest = '';
        $entries = [];
        foreach ($rows as $row) {
            $digest = hash('sha256', $digest . "\n" . $row['payload']);
            $fields = $this->rows->signed('entry', $row);
            $fields->requireCustomer($customerId);
            $fields->require('number', (int) $row['number']);
            $entries[] = new Entry($fields);
        }
        if (count($entries) !== $account->entries || !hash_equals($account->digest, $digest)) {
            throw new Problem('the entries of an account are not those that its document counts');
        }

        return $entries;
    }
}
