<?php

namespace SupportBridge;

/**
 * A customer's documents of one kind that have numbers, such as his licences: each row checked to be what it says it is
 * and to be his.
 */
final class NumberedDocuments
{
    private const MOST = 1000;

    private SignedRows $rows;

    private string $table;

    private string $key;

    private string $class;

    /**
     * @param string $table what they are called in the shop, and in their own text
     * @param string $class what is made of one's fields
     */
    public function __construct(SignedRows $rows, string $table, string $class)
    {
        $this->rows = $rows;
        $this->table = $table;
        $this->key = '`' . $table . '_id`';
        $this->class = $class;
    }

    /**
     * The numbers of a customer's, the newest first; null in a shop without such a table.
     *
     * @return int[]|null
     *
     * @throws Problem
     */
    public function ids(int $customerId, int $most = self::MOST): ?array
    {
        $which = ' AND `customer_id` = ' . $customerId . ' ORDER BY ' . $this->key . ' DESC LIMIT ' . $most;
        $rows = $this->rows->all($this->table, $which, $this->key);

        return $rows === null ? null : array_map('intval', array_column($rows, $this->table . '_id'));
    }

    /**
     * Those of a customer's that can be read, the newest first.
     *
     * @param int[] $ids
     *
     * @return array<int, mixed>
     *
     * @throws Problem
     */
    public function some(int $customerId, array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $which = ' AND `customer_id` = ' . $customerId . ' AND ' . $this->key . ' IN (' . implode(', ', $ids) . ')'
            . ' ORDER BY ' . $this->key . ' DESC';
        $make = function (Fields $fields, array $row) use ($customerId) {
            $fields->requireCustomer($customerId);
            $fields->require($this->table, (int) $row[$this->table . '_id']);

            return new $this->class($fields);
        };

        return $this->rows->ofThisDesk($this->rows->documents($this->table, $which, $this->key, $make) ?? []);
    }

    /**
     * One of a customer's, null where there is none that is his.
     *
     * @return mixed
     *
     * @throws Problem
     */
    public function one(int $customerId, int $id)
    {
        return $this->some($customerId, [$id])[0] ?? null;
    }
}
