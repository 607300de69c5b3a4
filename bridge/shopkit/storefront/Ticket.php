<?php

namespace SupportBridge;

/**
 * A customer's ticket with the thread of its messages, as the desk wrote it, once its signature has been checked.
 *
 * It has the last messages only, never staff's notes or names. A text of a person has no language; the desk's own
 * sentences have several. What was erased at the customer's wish leaves a ticket without a subject and messages.
 */
final class Ticket
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
        $this->id = $fields->amount('ticket');
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
     * The same with its last message and the last one that a person wrote, for a list.
     */
    public function withLastMessages(): self
    {
        $lighter = clone $this;
        $lighter->messages = array_slice($this->messages, -1);
        $spoken = $this->lastWords();
        if ($spoken !== null && $spoken !== end($this->messages)) {
            array_unshift($lighter->messages, $spoken);
        }

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
     * What he asks waits for an answer until staff write or make an offer; no sentence of the desk's own is one (rule T6).
     *
     * @param Quote[] $quotes its own, the newest first
     */
    public function stateAt(int $now, array $quotes): string
    {
        if ($this->isUnanswered($quotes)) {
            return 'ticket_received';
        }
        $states = [];
        foreach ($quotes as $quote) {
            $states[$quote->stateAt($now)] = true;
        }
        foreach (['offered', 'started', 'approved'] as $state) {
            if (isset($states[$state])) {
                return 'ticket_' . $state;
            }
        }
        $last = end($this->messages);
        if ($last === false) {
            return 'ticket_open';
        }
        if ($last->by !== 'bridge') {
            return $last->by === 'staff' ? 'ticket_answered' : 'ticket_received';
        }
        if ($quotes !== []) {
            return 'state_' . $quotes[0]->stateAt($now);
        }

        return $this->quotes === [] ? 'ticket_open' : 'ticket_answered'; // offers that are over, and not at hand
    }

    /**
     * Whether the last that a person wrote is the customer's, and no offer was made since.
     *
     * @param Quote[] $quotes its own
     */
    private function isUnanswered(array $quotes): bool
    {
        $spoken = $this->lastWords();
        if ($spoken === null || $spoken->by !== 'customer') {
            return false;
        }
        foreach ($quotes as $quote) {
            if ($quote->offeredAt >= $spoken->at) {
                return false;
            }
        }

        return $quotes !== [] || $this->quotes === [] || $spoken === end($this->messages);
    }

    /**
     * The last message that a person wrote.
     */
    private function lastWords(): ?Message
    {
        foreach (array_reverse($this->messages) as $message) {
            if ($message->by !== 'bridge') {
                return $message;
            }
        }

        return null;
    }
}
