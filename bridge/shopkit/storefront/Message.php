<?php

namespace SupportBridge;

/**
 * One message of a ticket's thread.
 */
final class Message
{
    public int $at;

    /** `customer`, `staff`, or `bridge` for what the desk itself tells. */
    public string $by;

    /** Whether it was written on our page by the customer who is logged in (rule T11). */
    public bool $verified;

    /** @var array<string, string> by language; a person's own words are in none, and erased ones are gone */
    private array $text;

    /**
     * @param array<string, string> $text
     */
    public function __construct(int $at, string $by, bool $verified, array $text)
    {
        $this->at = $at;
        $this->by = $by;
        $this->verified = $verified;
        $this->text = $text;
    }

    /**
     * Its words for a reader and the language they are in, empty where that is not known.
     *
     * @return array{0: string, 1: string}
     */
    public function wording(Language $language): array
    {
        return isset($this->text['']) ? [$this->text[''], ''] : $language->pick($this->text);
    }
}
