<?php

namespace SupportBridge;

/**
 * A customer's request with the thread of its messages, as the desk wrote it, once its signature has been checked.
 *
 * It has the last messages only, never staff's notes or names. A text of a person has no language; the desk's own
 * sentences have several. What was erased at the customer's wish leaves a request without a subject and messages.
 */
final class Request
{
    private const AUTHORS = ['customer', 'staff', 'bridge'];

    /** That of the desk that wrote it. */
    public int $epoch;

    public int $id;

    public string $subject;

    public int $openedAt;

    /** @var int[] the numbers of its quotes, the oldest first */
    public array $quotes = [];

    /** How many older messages there are that it does not have. */
    public int $earlier;

    /** @var Message[] in order */
    public array $messages = [];

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->epoch = $fields->amount('epoch');
        $this->id = $fields->amount('request');
        $this->subject = $fields->text('subject');
        $this->openedAt = $fields->amount('opened_at');
        $this->earlier = $fields->amount('earlier');
        foreach ($fields->collection('quotes') as $quote) {
            if (!is_int($quote) || $quote < 0) {
                throw $fields->malformed('quotes');
            }
            $this->quotes[] = $quote;
        }
        sort($this->quotes);
        foreach ($fields->each('messages') as $message) {
            $this->messages[] = new Message(
                $message->amount('at'),
                $message->word('by', self::AUTHORS),
                $message->flag('verified'),
                $message->textsIfAny('text')
            );
        }
    }

    /**
     * The same without the other messages, for a list.
     */
    public function withLastMessage(): self
    {
        $lighter = clone $this;
        $lighter->messages = array_slice($this->messages, -1);

        return $lighter;
    }

    public function lastChange(): int
    {
        $last = end($this->messages);

        return $last === false ? $this->openedAt : $last->at;
    }

    /**
     * How it stands, as a name of our texts: what the customer can expect or is expected to do next.
     *
     * @param Quote[] $quotes its own
     */
    public function stateAt(int $now, array $quotes): string
    {
        $states = [];
        foreach ($quotes as $quote) {
            $states[$quote->stateAt($now)] = true;
        }
        foreach (['offered', 'started', 'approved'] as $state) {
            if (isset($states[$state])) {
                return 'request_' . $state;
            }
        }
        $last = end($this->messages);
        if ($last === false) {
            return 'request_open';
        }
        if ($last->by === 'bridge') {
            return $quotes === [] ? 'request_open' : 'state_' . $quotes[0]->stateAt($now);
        }

        return $last->by === 'staff' ? 'request_answered' : 'request_received';
    }
}
