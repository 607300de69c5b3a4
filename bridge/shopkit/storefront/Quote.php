<?php

namespace SupportBridge;

/**
 * An offer to do work for a number of coins, as the desk wrote it, once its signature has been checked.
 *
 * It believes nothing about its words: a customer is shown a text only if it is the one whose hash the desk signed, for
 * that hash is what he sends back as his approval (rule C9). Whether it has lapsed, the clock decides (rule C8).
 */
final class Quote
{
    private const KINDS = ['work', 'inspection'];
    private const STATES = ['draft', 'offered', 'approved', 'started', 'settled', 'released', 'declined', 'withdrawn'];

    /** That of the desk that wrote it. */
    public int $epoch;

    public int $id;

    public int $ticket;

    public string $subject;

    public string $kind;

    public string $state;

    public int $version;

    public int $coins;

    public int $offeredAt;

    /** @var array<string, string> the last day by language */
    public array $validUntilText;

    public int $held;

    public ?int $spent;

    /** @var array<int, array{at: int, text: array<string, string>}> what has happened, in order */
    public array $history = [];

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
        $this->id = $fields->amount('quote');
        $this->ticket = $fields->ticket() ?? $fields->amount('ticket');
        $this->subject = $fields->text('subject');
        $this->kind = $fields->word('kind', self::KINDS);
        $this->state = $fields->word('state', self::STATES);
        $this->version = $fields->amount('version');
        $this->coins = $fields->amount('coins');
        $this->texts = $fields->textsIfAny('text');
        $this->hashes = $fields->textsIfAny('text_hash');
        $this->offeredAt = $fields->amount('offered_at');
        $this->validUntil = $fields->amount('valid_until');
        $this->validUntilText = $fields->texts('valid_until_text');
        $this->held = $fields->amount('held');
        $this->spent = $fields->has('spent') ? $fields->amount('spent') : null;
        foreach ($fields->each('history') as $event) {
            $this->history[] = ['at' => $event->amount('at'), 'text' => $event->texts('text')];
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
     * Whether it can be approved or declined at a moment; its last second counts whole. Nobody can approve what he
     * cannot read.
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
