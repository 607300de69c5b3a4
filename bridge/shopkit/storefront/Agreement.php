<?php

namespace SupportBridge;

/**
 * An agreement about premium time, as the desk wrote it, once its signature has been checked (rules W5, W6).
 *
 * Amounts and hours come in words: one place decides how they are written.
 */
final class Agreement
{
    use Offered;

    private const STATES = ['offered', 'accepted', 'closed', 'declined', 'withdrawn'];
    private const CHANNELS = ['chat', 'page', 'staff'];

    public int $id;

    /** @var array<string, string> the kind of work */
    public array $name;

    /** @var array<string, string> what an hour costs */
    public array $rate;

    /** @var array<string, string> the most hours that can be charged */
    public array $capHours;

    /** @var array<string, string> and what these cost */
    public array $cap;

    /** The ticket that it is about, where it is about one. */
    public ?int $ticket;

    public ?int $acceptedAt = null;

    /** How the acceptance reached the desk; empty before it. */
    public string $channel = '';

    /** @var array<string, string> time worked so far, none where there is none yet */
    public array $worked;

    /** Since when a timer runs for it; null where none does. */
    public ?int $runningSince;

    /** Whether the timer that runs waits for the customer. */
    public bool $waits;

    /** @var array<string, string> the hours that are charged, none before it is closed */
    public array $chargedHours = [];

    /** @var array<string, string> and what these cost */
    public array $charged = [];

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->readOffer($fields, self::STATES);
        $this->id = $fields->amount('agreement');
        $this->name = $fields->texts('name');
        $this->rate = $fields->texts('rate');
        $this->capHours = $fields->texts('cap_hours');
        $this->cap = $fields->texts('cap');
        $this->ticket = $fields->amountIfAny('ticket');
        if ($fields->has('accepted')) {
            $accepted = $fields->part('accepted');
            $this->acceptedAt = $accepted->amount('at');
            $this->channel = $accepted->word('channel', self::CHANNELS);
        }
        $this->worked = $fields->textsIfAny('worked');
        $this->runningSince = $fields->amountIfAny('running_since');
        $this->waits = $fields->flag('waits');
        if ($fields->has('charged')) {
            $charged = $fields->part('charged');
            $this->chargedHours = $charged->texts('hours');
            $this->charged = $charged->texts('amount');
        }
    }

    /**
     * Whether something can still happen to it.
     */
    public function isCurrent(int $now): bool
    {
        return in_array($this->stateAt($now), ['offered', 'accepted'], true);
    }
}
