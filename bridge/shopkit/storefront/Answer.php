<?php

namespace SupportBridge;

/**
 * What the desk answered to something that a customer did on our page.
 */
final class Answer
{
    public bool $accepted;

    /** A stable word for the reason. */
    public string $code;

    /** @var array<string, string> empty once it has been erased, at the customer's wish */
    public array $text;

    /** The number of the ticket that it is about, where it says one. */
    public ?int $ticket;

    /** A code that was asked for, to be sent in a chat; empty for none. */
    public string $chatCode;

    /** When the desk received what it answers: the moment that counts (rule C8). */
    public int $received;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->accepted = $fields->word('outcome', ['accepted', 'refused']) === 'accepted';
        $this->code = $fields->text('code');
        $this->text = $fields->textsIfAny('text');
        $this->received = $fields->amount('received');
        $data = $fields->has('data') ? $fields->part('data') : null;
        $this->ticket = $data !== null ? $data->ticket() : null;
        $this->chatCode = $data !== null && $data->has('chat_code') ? $data->text('chat_code') : '';
    }
}
