<?php

namespace SupportBridge;

/**
 * A customer's licences, each row checked to be what it says it is and to be his.
 */
final class LicenceDocuments
{
    private const MOST_LICENCES = 1000;

    private SignedRows $rows;

    public function __construct(SignedRows $rows)
    {
        $this->rows = $rows;
    }

    /**
     * The numbers of a customer's licences, the newest first; null in a shop without such a table.
     *
     * @return int[]|null
     *
     * @throws Problem
     */
    public function ids(int $customerId, int $most = self::MOST_LICENCES): ?array
    {
        $which = ' AND `customer_id` = ' . $customerId . ' ORDER BY `licence_id` DESC LIMIT ' . $most;
        $rows = $this->rows->all('licence', $which, '`licence_id`');

        return $rows === null ? null : array_map('intval', array_column($rows, 'licence_id'));
    }

    /**
     * Those of a customer's licences that can be read, the newest first.
     *
     * @param int[] $ids
     *
     * @return Licence[]
     *
     * @throws Problem
     */
    public function some(int $customerId, array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $which = ' AND `customer_id` = ' . $customerId . ' AND `licence_id` IN (' . implode(', ', $ids) . ')'
            . ' ORDER BY `licence_id` DESC';
        $make = static function (Fields $fields, array $row) use ($customerId): Licence {
            $fields->requireCustomer($customerId);
            $fields->require('licence', (int) $row['licence_id']);

            return new Licence($fields);
        };

        return $this->rows->ofThisDesk($this->rows->documents('licence', $which, '`licence_id`', $make) ?? []);
    }

    /**
     * @throws Problem
     */
    public function one(int $customerId, int $licenceId): ?Licence
    {
        return $this->some($customerId, [$licenceId])[0] ?? null;
    }
}
