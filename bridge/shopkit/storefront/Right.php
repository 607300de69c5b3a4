<?php

namespace SupportBridge;

/**
 * One right that some plans carry, as the account's document states it (rules P1, P2, P4).
 */
final class Right
{
    private const KINDS = ['standing', 'once', 'work', 'telephone'];

    public string $key;

    public string $kind;

    /** @var array<string, string> */
    public array $name;

    /** @var string[] the keys of the plans that carry it */
    public array $plans;

    /** For a right of kind `once`: where it was redeemed last, empty if it never was. */
    public string $domain = '';

    /** @var array<string, string> when it was, by language */
    public array $day = [];

    /** For a right of kind `telephone`: the number. */
    public string $value = '';

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->key = $fields->text('key');
        $this->kind = $fields->word('kind', self::KINDS);
        $this->name = $fields->texts('name');
        $this->plans = $fields->words('plans');
        if ($fields->has('redeemed')) {
            $redeemed = $fields->part('redeemed');
            $this->domain = $redeemed->text('domain');
            $this->day = $redeemed->texts('at_text');
        }
        if ($fields->has('value')) {
            $this->value = $fields->text('value');
        }
    }

    /**
     * Once for each shop, so perhaps again: which shops have had it, the desk knows.
     */
    public function canBeRedeemed(): bool
    {
        return $this->kind === 'once';
    }
}
