<?php

namespace SupportBridge;

/**
 * What stands in the panel for staff as lists: the offers that wait for the customer, and his open tickets.
 *
 * It believes that a shop's page can wait for a few documents and not for all of a customer's: of very many tickets some
 * are looked at, and the words say so.
 */
final class PanelLists
{
    private const MOST_LISTED = 5;

    /** How many tickets are looked at, those with an offer that goes on first. */
    private const MOST_TICKETS = 30;

    /** What a ticket may be at when nobody has to do anything about it now. */
    private const AT_REST = ['ticket_answered', 'state_lapsed', 'state_settled', 'state_released', 'state_declined',
        'state_withdrawn'];

    /** What it may be at while the customer waits for an answer. */
    private const UNANSWERED = ['ticket_received', 'ticket_open'];

    private AdminWords $words;

    private int $now;

    public function __construct(AdminWords $words, int $now)
    {
        $this->words = $words;
        $this->now = $now;
    }

    /**
     * The offers that wait for the customer's decision.
     *
     * @param Quote[] $quotes
     *
     * @return array<string, mixed>
     */
    public function waiting(array $quotes): array
    {
        $lines = [];
        foreach ($quotes as $quote) {
            if ($quote->isOpen($this->now)) {
                $lines[] = [
                    'text' => $this->words->say('panel_offer', [
                        'number' => $this->words->language()->digits((string) $quote->id),
                        'coins' => $quote->coins,
                        'day' => $this->words->language()->pick($quote->validUntilText)[0],
                    ]),
                    'subject' => $quote->subject,
                ];
            }
        }

        return $this->listed('offers', 'panel_offers', $lines);
    }

    /**
     * The tickets to look at: those with an offer that goes on, and the newest others.
     *
     * @param int[] $ids
     * @param Quote[] $quotes
     *
     * @return int[]
     */
    public static function lookedAt(array $ids, array $quotes): array
    {
        $current = [];
        foreach ($quotes as $quote) {
            if ($quote->canGoOn()) {
                $current[] = $quote->ticket;
            }
        }
        $first = array_intersect($ids, $current);

        return array_slice(array_merge($first, array_diff($ids, $first)), 0, self::MOST_TICKETS);
    }

    /**
     * The tickets that somebody still has something to do about.
     *
     * @param Ticket[] $tickets
     * @param Quote[] $quotes
     * @param bool $isCut whether there are others that were not looked at
     *
     * @return array<string, mixed>
     */
    public function open(array $tickets, array $quotes, bool $isCut): array
    {
        $lines = [];
        foreach ($tickets as $ticket) {
            $own = array_filter($quotes, static function (Quote $quote) use ($ticket): bool {
                return $quote->ticket === $ticket->id;
            });
            $state = $ticket->stateAt($this->now, array_values($own));
            if ($ticket->messages !== [] && !in_array($state, self::AT_REST, true)) {
                $name = in_array($state, self::UNANSWERED, true) ? 'panel_ticket_waits' : 'panel_ticket';
                $number = $this->words->language()->digits((string) $ticket->id);
                $lines[] = ['text' => $this->words->say($name, ['number' => $number]), 'subject' => $ticket->subject];
            }
        }

        return $this->listed('tickets', $isCut ? 'panel_tickets_cut' : 'panel_tickets', $lines);
    }

    /**
     * A list with its number; of a long one only the first lines.
     *
     * @param array<int, array{text: string, subject: string}> $lines
     *
     * @return array<string, mixed>
     */
    private function listed(string $name, string $label, array $lines): array
    {
        return [
            'name' => $name,
            'label' => $this->words->say($label, ['most' => self::MOST_TICKETS]),
            'count' => $this->words->language()->number(count($lines)),
            'lines' => array_slice($lines, 0, self::MOST_LISTED),
        ];
    }
}
