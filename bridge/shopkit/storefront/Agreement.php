<?php

namespace SupportBridge;

/**
 * An agreement about premium time, as the desk wrote it, once its signature has been checked (rules W5, W6).
 *
 * It believes nothing about its words, as with offers: a customer is shown a text only if it is the one whose hash the
 * desk signed, for that hash is what he sends back as his acceptance (rule C9). Whether it has lapsed, the clock decides.
 * Amounts and hours come in words: one place decides how they are written.
 */
final class Agreement
{
    private const STATES = ['offered', 'accepted', 'closed', 'declined', 'withdrawn'];
    private const CHANNELS = ['chat', 'page', 'staff'];

    /** That of the desk that wrote it. */
    public int $epoch;

    public int $id;

    /** @var array<string, string> the kind of work */
    public array $name;

    public string $state;

    public int $version;

    /** @var array<string, string> what an hour costs */
    public array $rate;

    /** @var array<string, string> the most hours that can be charged */
    public array $capHours;

    /** @var array<string, string> and what these cost */
    public array $cap;

    public int $offeredAt;

    /** @var array<string, string> the last day by language */
    public array $validUntilText;

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

    public ?int $closedAt;

    /** @var array<string, string> the hours that are charged, none before it is closed */
    public array $chargedHours = [];

    /** @var array<string, string> and what these cost */
    public array $charged = [];

    private int $validUntil;

    /** @var array<string, string> empty once they have been erased, at the customer's wish */
    private array $texts;

    /** @var array<string, string> */
    private array $hashes;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->epoch = $fields->amount('epoch');
        $this->id = $fields->amount('agreement');
        $this->name = $fields->texts('name');
        $this->state = $fields->word('state', self::STATES);
        $this->version = $fields->amount('version');
        $this->rate = $fields->texts('rate');
        $this->capHours = $fields->texts('cap_hours');
        $this->cap = $fields->texts('cap');
        $this->texts = $fields->textsIfAny('text');
        $this->hashes = $fields->textsIfAny('text_hash');
        $this->offeredAt = $fields->amount('offered_at');
        $this->validUntil = $fields->amount('valid_until');
        $this->validUntilText = $fields->texts('valid_until_text');
        $this->ticket = $fields->amountIfAny('ticket');
        if ($fields->has('accepted')) {
            $accepted = $fields->part('accepted');
            $this->acceptedAt = $accepted->amount('at');
            $this->channel = $accepted->word('channel', self::CHANNELS);
        }
        $this->worked = $fields->textsIfAny('worked');
        $this->runningSince = $fields->amountIfAny('running_since');
        $this->waits = $fields->flag('waits');
        $this->closedAt = $fields->amountIfAny('closed_at');
        if ($fields->has('charged')) {
            $charged = $fields->part('charged');
            $this->chargedHours = $charged->texts('hours');
            $this->charged = $charged->texts('amount');
        }
        foreach ($this->texts as $language => $text) {
            if (!hash_equals(hash('sha256', $text), $this->hashes[$language] ?? '')) {
                throw $fields->malformed('text_hash');
            }
        }
    }

    /**
     * The words a reader is shown, the language they are in, and their hash; words that were erased are empty.
     *
     * @return array{0: string, 1: string, 2: string}
     */
    public function wording(Language $language): array
    {
        [$text, $code] = $language->pick($this->texts);

        return [$text, $code, $this->hashes[$code] ?? ''];
    }

    /**
     * Whether this hash is of a text that may have been shown.
     */
    public function hasText(string $hash): bool
    {
        return in_array($hash, $this->hashes, true);
    }

    /**
     * Whether it can be accepted or declined at a moment; its last second counts whole. Nobody can accept what he cannot
     * read.
     */
    public function isOpen(int $now): bool
    {
        return $this->state === 'offered' && $now <= $this->validUntil && $this->texts !== [];
    }

    /**
     * Its state at a moment: as the desk names it, or `lapsed`.
     */
    public function stateAt(int $now): string
    {
        return $this->state === 'offered' && !$this->isOpen($now) ? 'lapsed' : $this->state;
    }

    /**
     * Whether something can still happen to it.
     */
    public function isCurrent(int $now): bool
    {
        return in_array($this->stateAt($now), ['offered', 'accepted'], true);
    }
}
