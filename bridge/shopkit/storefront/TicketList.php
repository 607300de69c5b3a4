<?php

namespace SupportBridge;

/**
 * The view of all tickets: those that wait for the customer first, the offers that stand in no thread, the price list.
 *
 * It believes that an offer must never be out of reach: one whose ticket cannot be shown, because the desk is older or
 * the row makes no sense, stands in the list itself.
 */
final class TicketList
{
    private const TICKETS_A_PAGE = 20;

    private PageKit $kit;

    private CustomerFacts $facts;

    public function __construct(PageKit $kit, CustomerFacts $facts)
    {
        $this->kit = $kit;
        $this->facts = $facts;
    }

    /**
     * @param int $page from 1 on
     * @param bool $isNarrowed whether those that have ended are left out
     *
     * @return array<int, Html|null>
     */
    public function parts(int $page, bool $isNarrowed = false): array
    {
        $kit = $this->kit;
        $facts = $this->facts;
        $hidden = null;
        $list = $kit->part(function () use ($page, $isNarrowed, &$hidden): Html {
            return $this->tickets($page, $isNarrowed, $hidden);
        });
        $offers = $kit->part(static function () use ($kit, $facts, &$hidden): ?Html {
            $quotes = array_filter($facts->quotes(), static function (Quote $quote) use (&$hidden): bool {
                return $hidden === null || in_array($quote->ticket, $hidden, true);
            });

            return OffersPart::of($kit, $facts)->html($quotes);
        });
        $prices = $kit->part(function () use ($kit, $facts): ?Html {
            return (new PricesPart($kit))->html($facts->documents->prices() ?? [], $facts->canSend());
        });

        return [
            (new AnswerPart($kit))->waiting($facts->waiting() ?? []),
            $offers,
            $list,
            $prices,
            OffersPart::leftOut($kit, $facts->documents->rows()),
        ];
    }

    /**
     * @param int[]|null $hidden becomes the numbers of the tickets that quotes are for and that are not shown
     */
    private function tickets(int $page, bool $isNarrowed, ?array &$hidden): Html
    {
        $facts = $this->facts;
        $documents = $facts->documents->tickets;
        $quoted = array_unique(array_map(static function (Quote $quote): int {
            return $quote->ticket;
        }, $this->quotesOrNone()));
        $waiting = $facts->waitingOffers();
        $ids = $documents->ids($facts->customerId);
        $listed = $isNarrowed ? $documents->ids($facts->customerId, true) : $ids;
        $first = array_intersect($listed ?? [], array_keys($waiting)); // what waits for the customer stands at the head
        $ordered = array_values(array_merge($first, array_diff($listed ?? [], $first)));
        $here = array_slice($ordered, ($page - 1) * self::TICKETS_A_PAGE, self::TICKETS_A_PAGE);
        $tickets = $documents->some($facts->customerId, $here);
        $shown = array_map(static function (Ticket $ticket): int {
            return $ticket->id;
        }, $tickets);
        $hidden = array_diff($quoted, array_diff($ids ?? [], array_diff($here, $shown)));
        $missing = '';
        if ($facts->documents->rows()->hasNewer('ticket')) {
            $missing = 'newer';
        } elseif ($ids === null) {
            $missing = 'no_tickets_table';
        } elseif ($ids === [] && $facts->isDeskDeaf()) {
            $missing = 'older_writing';
        } elseif ($ids === [] && $facts->isDeskOlder()) {
            $missing = 'older_tickets';
        } elseif (count($shown) < count($here)) {
            $missing = 'tickets_hidden';
        }
        $part = new TicketsPart($this->kit, $waiting, $this->lastChanges($tickets));
        $pages = $this->pages($page, count($ordered), $isNarrowed);

        $canSend = $facts->canSend() && $missing !== 'older_writing';

        return $part->html($tickets, $canSend, $isNarrowed, $missing, $pages);
    }

    /**
     * @param Ticket[] $tickets
     *
     * @return array<int, int> none where messages cannot be read: then each is as old as its opening
     */
    private function lastChanges(array $tickets): array
    {
        try {
            return $this->facts->documents->tickets->lastChanges($this->facts->customerId, $tickets);
        } catch (Problem $problem) { // a ticket's own page says it
            return [];
        }
    }

    private function pages(int $page, int $count, bool $isNarrowed): ?Html
    {
        $same = ['view' => 'tickets'] + ($isNarrowed ? ['show' => 'open'] : []);
        $newer = $page > 1 ? $this->kit->button('tickets_newer', $same + ['page' => $page - 1]) : null;
        $older = $page * self::TICKETS_A_PAGE < $count
            ? $this->kit->button('tickets_older', $same + ['page' => $page + 1])
            : null;

        return $newer === null && $older === null
            ? null
            : Html::of('div', ['class' => 'supportbridge-buttons'], $newer, $older);
    }

    /**
     * @return Quote[]
     */
    private function quotesOrNone(): array
    {
        try {
            return $this->facts->quotes();
        } catch (Problem $problem) { // the part that shows the offers says it
            return [];
        }
    }
}
