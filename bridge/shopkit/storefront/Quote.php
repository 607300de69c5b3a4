<?php

namespace SupportBridge;

/**
 * An offer to do work for a number of coins, as the desk wrote it, once its signature has been checked.
 */
final class Quote
{
    use Offered;

    private const KINDS = ['work', 'inspection'];
    private const STATES = ['draft', 'offered', 'approved', 'started', 'settled', 'released', 'declined', 'withdrawn'];

    public int $id;

    public int $ticket;

    public string $subject;

    public string $kind;

    public int $coins;

    public int $held;

    public ?int $spent;

    /** @var array<int, array{at: int, text: array<string, string>}> what has happened, in order */
    public array $history = [];

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->readOffer($fields, self::STATES);
        $this->id = $fields->amount('quote');
        $this->ticket = $fields->ticket() ?? $fields->amount('ticket');
        $this->subject = $fields->text('subject');
        $this->kind = $fields->word('kind', self::KINDS);
        $this->coins = $fields->amount('coins');
        $this->held = $fields->amount('held');
        $this->spent = $fields->amountIfAny('spent');
        foreach ($fields->each('history') as $event) {
            $this->history[] = ['at' => $event->amount('at'), 'text' => $event->texts('text')];
        }
    }

    public function isShown(): bool
    {
        return $this->state !== 'draft';
    }

    /**
     * Whether it is at no end, as far as the desk had written when it wrote it.
     */
    public function canGoOn(): bool
    {
        return in_array($this->state, ['offered', 'approved', 'started'], true);
    }

    /**
     * Whether something can still happen to it.
     */
    public function isCurrent(int $now): bool
    {
        return in_array($this->stateAt($now), ['offered', 'approved', 'started'], true);
    }
}
