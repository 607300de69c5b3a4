<?php

namespace Opencart\System\Library\Extension\Supportbridge;

/**
 * The shop as the shared classes of the customer's own page want it.
 */
class SupportShop implements \SupportBridge\Shop
{
    /** @var \SupportBridge\Database */
    private $database;

    /** @var array{shop: int, customer: int, session: string, language: string} */
    private array $facts;

    /** @var callable(array<string, string|int>): string */
    private $address;

    /** @var callable(string): void */
    private $log;

    /**
     * @param array{shop: int, customer: int, session: string, language: string} $facts
     * @param callable(array<string, string|int>): string $address
     * @param callable(string): void $log
     */
    public function __construct(\SupportBridge\Database $database, array $facts, callable $address, callable $log)
    {
        $this->database = $database;
        $this->facts = $facts;
        $this->address = $address;
        $this->log = $log;
    }

    public function database(): \SupportBridge\Database
    {
        return $this->database;
    }

    public function prefix(): string
    {
        return DB_PREFIX;
    }

    public function keyFolder(): string
    {
        return DIR_STORAGE;
    }

    public function shopId(): int
    {
        return $this->facts['shop'];
    }

    public function customerId(): int
    {
        return $this->facts['customer'];
    }

    public function session(): string
    {
        return $this->facts['session'];
    }

    public function language(): string
    {
        return $this->facts['language'];
    }

    /**
     * @param array<string, string|int> $parameters
     */
    public function address(array $parameters): string
    {
        return str_replace('&amp;', '&', ($this->address)($parameters));
    }

    /**
     * OpenCart's customers know an order by its number.
     */
    public function orderNumber(string $typed): ?int
    {
        return preg_match('/\A[0-9]{1,10}\z/', $typed) === 1 ? (int) $typed : null;
    }

    /**
     * An order whose checkout was never confirmed has no status and is none. Names are kept as the shop escapes them.
     */
    public function orders(int $most, ?int $only = null): array
    {
        $tables = new \SupportBridge\Tables($this->database, DB_PREFIX);
        $orders = $tables->rows(
            '`order_id`, `date_added` FROM `' . DB_PREFIX . 'order` WHERE `customer_id` = ' . $this->customerId()
            . ' AND `store_id` = ' . $this->shopId() . ' AND `order_status_id` > 0'
            . ($only === null ? '' : ' AND `order_id` = ' . $only) . ' ORDER BY `order_id` DESC LIMIT ' . $most
        );
        if ($orders === []) {
            return [];
        }
        $products = $tables->rows(
            '`order_id`, `name` FROM `' . DB_PREFIX . 'order_product` WHERE `order_id` IN ('
            . implode(', ', array_map('intval', array_column($orders, 'order_id'))) . ') ORDER BY `order_id` DESC,'
            . ' `order_product_id` LIMIT 200'
        );

        return array_map(static function (array $order) use ($products): \SupportBridge\OwnOrder {
            $names = [];
            foreach ($products as $product) {
                if ($product['order_id'] === $order['order_id']) {
                    $names[] = html_entity_decode((string) $product['name'], ENT_QUOTES, 'UTF-8');
                }
            }
            $id = (int) $order['order_id'];

            return new \SupportBridge\OwnOrder($id, (string) $id, (string) $order['date_added'], $names);
        }, $orders);
    }

    public function log(string $message): void
    {
        ($this->log)('Support Bridge: ' . $message);
    }
}
