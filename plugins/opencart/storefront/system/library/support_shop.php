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

    public function log(string $message): void
    {
        ($this->log)('Support Bridge: ' . $message);
    }
}
