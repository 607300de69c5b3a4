<?php

namespace SupportBridge;

/**
 * One line of a customer's books: what happened, what it moved, and what the account came to after it (rule C18).
 */
final class Entry
{
    private const KINDS = ['grant', 'revoke', 'reinstate', 'correct', 'hold', 'settle', 'release', 'void', 'forfeit',
        'extend', 'transfer'];
    private const BY_STAFF = ['grant', 'correct'];

    public int $number;

    public int $at;

    /** As the desk names it, or `other` for one that this extension doesn't know. */
    public string $kind;

    public int $coins;

    public int $held;

    public int $coinsAfter;

    public int $heldAfter;

    public ?int $order;

    public ?int $quote;

    public ?int $ticket;

    /** Staff's words for the customer; the program's own, on other kinds or about a quote, are not for him. */
    public string $reason;

    /** @var array<int, array{id: int, coins: int, held: int}> */
    public array $packages = [];

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $kind = $fields->text('kind');
        $this->number = $fields->amount('number');
        $this->at = $fields->amount('at');
        $this->kind = in_array($kind, self::KINDS, true) ? $kind : 'other';
        $this->coins = $fields->change('coins');
        $this->held = $fields->change('held');
        $this->coinsAfter = $fields->amount('posted_after');
        $this->heldAfter = $fields->amount('held_after');
        $this->order = $fields->has('order') ? $fields->amount('order') : null;
        $this->quote = $fields->has('quote') ? $fields->amount('quote') : null;
        $this->ticket = $fields->ticket();
        $byStaff = $this->quote === null && in_array($kind, self::BY_STAFF, true);
        $this->reason = $byStaff ? $fields->text('reason') : '';
        foreach ($fields->each('packages') as $package) {
            $this->packages[] = [
                'id' => $package->amount('id'),
                'coins' => $package->change('coins'),
                'held' => $package->change('held'),
            ];
        }
    }

    /**
     * Whether it moved anything in a package.
     */
    public function moves(int $packageId): bool
    {
        return in_array($packageId, array_column($this->packages, 'id'), true);
    }
}
