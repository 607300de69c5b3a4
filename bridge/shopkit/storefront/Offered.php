<?php

namespace SupportBridge;

/**
 * What the desk has offered in words, to be decided by the customer within a time: a quote or an agreement.
 *
 * It believes nothing about its words: a customer is shown a text only if it is the one whose hash the desk signed, for
 * that hash is what he sends back as his decision (rule C9). Whether it has lapsed, the clock decides (rules C8, W5).
 */
trait Offered
{
    /** That of the desk that wrote it. */
    public int $epoch;

    public string $state;

    public int $version;

    /** @var array<string, string> the last day by language */
    public array $validUntilText;

    private int $validUntil;

    /** @var array<string, string> empty once they have been erased, at the customer's wish */
    private array $texts;

    /** @var array<string, string> */
    private array $hashes;

    /**
     * @param string[] $states all that it can be in
     *
     * @throws Problem
     */
    private function readOffer(Fields $fields, array $states): void
    {
        $this->epoch = $fields->amount('epoch');
        $this->state = $fields->word('state', $states);
        $this->version = $fields->amount('version');
        $this->texts = $fields->textsIfAny('text');
        $this->hashes = $fields->textsIfAny('text_hash');
        $this->validUntil = $fields->amount('valid_until');
        $this->validUntilText = $fields->texts('valid_until_text');
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
     * Whether it can be decided at a moment; its last second counts whole. Nobody can decide what he cannot read.
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
}
