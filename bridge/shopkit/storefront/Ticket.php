<?php

namespace SupportBridge;

/**
 * A customer's ticket as the desk wrote it, once its signature has been checked; its messages are rows of their own.
 *
 * What was erased at the customer's wish leaves a ticket without a subject. What a later desk calls it by a word that we
 * do not know, of a state or a kind, keeps the whole of it back: nothing is shown half.
 */
final class Ticket
{
    private const KINDS = ['pre_sales', 'support', 'work'];
    private const STATES = ['open', 'waiting_customer', 'waiting_approval', 'in_work', 'resolved', 'closed'];
    private const URGENCIES = ['none', 'asked', 'confirmed', 'refused'];

    /** That of the desk that wrote it. */
    public int $epoch;

    public int $id;

    public string $subject;

    public string $kind;

    public string $state;

    public string $urgency;

    public int $openedAt;

    /** The order that it is about, by the shop's number; null for none. */
    public ?int $order;

    /** What it is about, in the customer's own words or the shop's; empty for nothing named. */
    public string $product;

    /** @var int[] the numbers of its quotes, the oldest first */
    public array $quotes = [];

    /** The closed ticket that it goes on with, and the one that goes on with it (rule T10). */
    public ?int $continues;

    public ?int $continuedBy;

    /** How many messages it has: they are numbered from 1 on. */
    public int $messages;

    public Promise $promise;

    /** Who pays for the help in it; null where the desk decided nothing. */
    public ?Cover $cover;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->epoch = $fields->amount('epoch');
        $this->id = $fields->amount('ticket');
        $this->subject = $fields->text('subject');
        $this->kind = $fields->word('kind', self::KINDS);
        $this->state = $fields->word('state', self::STATES);
        $this->urgency = $fields->word('urgency', self::URGENCIES);
        $this->openedAt = $fields->amount('opened_at');
        $this->order = self::numberOf($fields, 'order');
        $this->product = $fields->has('product') ? $fields->text('product') : '';
        $this->continues = self::numberOf($fields, 'continues');
        $this->continuedBy = self::numberOf($fields, 'continued_by');
        $this->messages = $fields->amount('messages');
        $this->promise = new Promise($fields->has('promise') ? $fields->part('promise') : null);
        $this->cover = $fields->has('cover') ? new Cover($fields->part('cover')) : null;
        foreach ($fields->collection('quotes') as $quote) {
            if (!is_int($quote) || $quote < 0) {
                throw $fields->malformed('quotes');
            }
            $this->quotes[] = $quote;
        }
        sort($this->quotes);
    }

    /**
     * Whether nothing more is to be done about it, until somebody writes again.
     */
    public function hasEnded(): bool
    {
        return $this->state === 'resolved' || $this->state === 'closed';
    }

    /**
     * Whether it is staff's turn, so that a clock runs (rule T6).
     */
    public function waitsForStaff(): bool
    {
        return $this->state === 'open' || $this->state === 'in_work';
    }

    /**
     * @throws Problem
     */
    private static function numberOf(Fields $fields, string $name): ?int
    {
        return $fields->has($name) ? $fields->amount($name) : null;
    }
}
