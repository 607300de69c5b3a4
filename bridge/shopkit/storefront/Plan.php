<?php

namespace SupportBridge;

/**
 * One plan that the vendor sells.
 *
 * It believes nothing of an address: one that a browser would not simply open is none.
 */
final class Plan
{
    public string $code;

    /** @var array<string, string> */
    public array $name;

    public int $coins;

    /** @var array<string, string> the days and hours of service in words, empty where there is nothing to say */
    public array $service;

    /** Where it can be bought; empty where nobody said it. */
    public string $buy;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->code = $fields->text('code');
        $this->name = $fields->texts('name');
        $this->coins = $fields->amount('coins');
        $this->service = $fields->textsIfAny('service');
        $buy = $fields->text('buy');
        $this->buy = preg_match('#\Ahttps?://[^\s<>"]+\z#i', $buy) === 1 ? $buy : '';
    }
}
