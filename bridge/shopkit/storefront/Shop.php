<?php

namespace SupportBridge;

/**
 * What the pages need of the shop they run in; each platform has its own.
 */
interface Shop
{
    public function database(): Database;

    public function prefix(): string;

    /**
     * The folder that holds the key files.
     */
    public function keyFolder(): string;

    public function shopId(): int;

    /**
     * The customer who is logged in.
     */
    public function customerId(): int;

    /**
     * Something that only this customer's browser and the shop know; empty where there is nothing like it.
     */
    public function session(): string;

    /**
     * The shop's code of the language that the page is in.
     */
    public function language(): string;

    /**
     * The address of our page with these parameters, not escaped.
     *
     * @param array<string, string|int> $parameters
     */
    public function address(array $parameters): string;

    /**
     * The number of the order that a customer knows by what he typed; null where there is none.
     */
    public function orderNumber(string $typed): ?int;

    /**
     * The orders that the customer has placed in this shop and that exist for him, the newest first, at most `$most`; with
     * a number only that one, if it is his.
     *
     * @return OwnOrder[]
     *
     * @throws Problem
     */
    public function orders(int $most, ?int $only = null): array;

    /**
     * Writes one line into the shop's log.
     */
    public function log(string $message): void;
}
