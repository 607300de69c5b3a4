<?php

namespace SupportBridge;

/**
 * Who pays for the help in a ticket, as the desk decided when it was opened or since (rules L2, L3, L4).
 *
 * The sentence is the desk's own, so a decision that only a later desk knows is shown like any other. An address that a
 * browser would not simply open is none.
 */
final class Cover
{
    private const TO_BE_CHOSEN = ['choose', 'verify'];

    /** The decision, in a stable word. */
    public string $code;

    /** @var array<string, string> by language */
    public array $text;

    /** @var array<int, array{text: array<string, string>, url: string}> what the customer can do instead, the nearest first */
    public array $ways = [];

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->code = $fields->text('code');
        $this->text = $fields->texts('text');
        foreach ($fields->each('ways') as $way) {
            $url = $way->text('url');
            $this->ways[] = [
                'text' => $way->texts('text'),
                'url' => preg_match('#\Ahttps?://[^\s<>"]+\z#i', $url) === 1 ? $url : '',
            ];
        }
    }

    /**
     * Whether the customer is to say which of his licences it is about.
     */
    public function isToBeChosen(): bool
    {
        return in_array($this->code, self::TO_BE_CHOSEN, true);
    }
}
