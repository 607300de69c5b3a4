<?php

namespace SupportBridge;

/**
 * An order of the customer's, as the shop's own tables have it: what he can choose when he writes about it.
 */
final class OwnOrder
{
    public int $id;

    /** As the customer knows it. */
    public string $name;

    /** When it was placed, by the shop's clock; null where the shop does not say it. */
    public ?int $placedAt;

    /** @var string[] the names of what was bought */
    public array $products;

    /**
     * @param string $placed the shop's own spelling of its local time
     * @param string[] $products
     */
    public function __construct(int $id, string $name, string $placed, array $products)
    {
        $at = strncmp($placed, '0000', 4) === 0 ? false : strtotime($placed);
        $this->id = $id;
        $this->name = $name;
        $this->placedAt = $at === false ? null : $at;
        $this->products = $products;
    }
}
