<?php

namespace SupportBridge;

/**
 * What stands in the panel for staff as lists: the offers that wait for the customer, his open tickets, his licences.
 *
 * It believes that a shop's page can wait for a few documents and not for all of a customer's: of very many tickets some
 * are looked at, and the words say so.
 */
final class PanelLists
{
    /** How many of a customer's licences are looked at, the newest. */
    public const MOST_LICENCES = 30;

    private const MOST_LISTED = 5;

    /** How many tickets are looked at, those with an offer that goes on first. */
    private const MOST_TICKETS = 30;

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
                    'facts' => '',
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
     * The tickets that have not ended, each with its kind, how it stands, whether it is urgent, and when an answer is due.
     *
     * @param Ticket[] $tickets
     * @param bool $isCut whether there are others that were not looked at
     *
     * @return array<string, mixed>
     */
    public function open(array $tickets, bool $isCut): array
    {
        $lines = [];
        foreach ($tickets as $ticket) {
            if ($ticket->subject !== '' && !$ticket->hasEnded()) { // one without a subject has been erased
                $number = $this->words->language()->digits((string) $ticket->id);
                $lines[] = [
                    'text' => $this->words->say('panel_ticket', ['number' => $number]),
                    'subject' => $ticket->subject,
                    'facts' => $this->stands($ticket),
                ];
            }
        }

        return $this->listed('tickets', $isCut ? 'panel_tickets_cut' : 'panel_tickets', $lines);
    }

    /**
     * His licences, the newest first, each with how it stands.
     *
     * @param Licence[] $licences
     *
     * @return array<string, mixed>|null null where he has none: most shops sell none
     */
    public function licences(array $licences): ?array
    {
        $lines = [];
        foreach ($licences as $licence) {
            $language = $this->words->language();
            $facts = [$this->words->say('panel_licence_' . $licence->stateAt($this->now))];
            if ($licence->until !== null) {
                $facts[] = $this->words->say('panel_until', ['day' => $language->day($licence->until)]);
            }
            $lines[] = [
                'text' => $this->words->say('panel_licence', ['number' => $language->digits((string) $licence->id)]),
                'subject' => $language->pick($licence->name)[0],
                'facts' => implode(' · ', $facts),
            ];
        }

        return $lines === [] ? null : $this->listed('licences', 'panel_licences', $lines);
    }

    private function stands(Ticket $ticket): string
    {
        $words = $this->words;
        $facts = [$words->say('panel_kind_' . $ticket->kind), $words->say('panel_state_' . $ticket->state)];
        if ($ticket->urgency === 'asked' || $ticket->urgency === 'confirmed') {
            $facts[] = $words->say('panel_urgent_' . $ticket->urgency);
        }
        $due = $ticket->waitsForStaff() ? $ticket->promise->due : null;
        if ($due !== null) {
            $moment = $words->language()->moment($due);
            $facts[] = $words->say($due < $this->now ? 'panel_overdue' : 'panel_due', ['moment' => $moment]);
        }

        return implode(' · ', $facts);
    }

    /**
     * A list with its number; of a long one only the first lines.
     *
     * @param array<int, array{text: string, subject: string, facts: string}> $lines
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
