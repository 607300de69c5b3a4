<?php

namespace SupportBridge;

/**
 * The views of tickets: the list with the price list, one thread with its offers, and the form for a new one.
 *
 * It believes that an offer must never be out of reach: one whose ticket cannot be shown, because the desk is older or
 * the row makes no sense, stands in the list itself.
 */
final class TicketsView
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
    public function list(int $page, bool $isNarrowed = false): array
    {
        $kit = $this->kit;
        $facts = $this->facts;
        $hidden = null;
        $list = $kit->part(function () use ($page, $isNarrowed, &$hidden): Html {
            return $this->tickets($page, $isNarrowed, $hidden);
        });
        $offers = $kit->part(function () use (&$hidden): ?Html {
            $quotes = array_filter($this->facts->quotes(), static function (Quote $quote) use (&$hidden): bool {
                return $hidden === null || in_array($quote->ticket, $hidden, true);
            });

            return $this->offers()->html($quotes);
        });
        $prices = $kit->part(function () use ($kit, $facts): ?Html {
            return (new PricesPart($kit))->html($facts->documents->prices() ?? [], $facts->canSend());
        });

        return [(new AnswerPart($kit))->waiting($facts->waiting() ?? []), $offers, $list, $prices, $this->newer()];
    }

    /**
     * @param int $page from 1 on; the first has the newest messages
     * @param Form|null $returned a reply that came back and could not be sent
     *
     * @return array<int, Html|null>
     */
    public function thread(int $ticketId, int $page, ?Form $returned): array
    {
        $kit = $this->kit;
        $facts = $this->facts;
        $facts->isFrozen(); // reads the account, which says which desk there is now
        $ticket = $facts->documents->tickets->one($facts->customerId, $ticketId);
        if ($ticket === null) {
            $newer = $facts->documents->rows()->hasNewer('ticket');

            return [$kit->section('thread', 'thread_none', $kit->paragraph($newer ? 'newer' : 'thread_none_help'))];
        }
        $isOpen = false;
        $offers = $kit->part(function () use ($facts, $ticket, &$isOpen): ?Html {
            $quotes = $facts->documents->quotesOf($facts->customerId, $ticket);
            foreach ($quotes as $quote) {
                $isOpen = $isOpen || $facts->isWaiting($quote);
            }

            return $this->offers()->html($quotes, true);
        });
        $sent = array_filter($facts->waiting() ?? [], static function (Posted $posted) use ($ticket): bool {
            return ($posted->deed->data['ticket'] ?? null) === $ticket->id;
        });

        $thread = $kit->part(function () use ($kit, $facts, $ticket, $page): Html {
            return (new ThreadPart($kit))->html(
                $ticket,
                $facts->documents->tickets->thread($facts->customerId, $ticket, $page),
                $ticket->order === null ? '' : $facts->orderName($ticket->order)
            );
        });

        return [
            (new AnswerPart($kit))->waiting($sent),
            $isOpen ? $offers : null, // what waits for the customer stands at the head, however long the thread is
            (new PromisePart($kit))->html($ticket),
            $thread,
            $isOpen ? null : $offers,
            $this->newer(),
            $facts->canSend() ? (new TicketForm($kit, $facts->takesFiles()))->reply($ticket, $returned) : null,
        ];
    }

    /**
     * The view in which an offer stands: the thread of its ticket, or the list.
     *
     * @return array<int, Html|null>
     */
    public function withOffer(string $quoteId): array
    {
        $ticket = $this->ticketOf((int) $quoteId);

        return $ticket === null ? $this->list(1) : $this->thread($ticket, 1, null);
    }

    /**
     * The number of the ticket that something is about which the customer has sent; null where none can be shown. A reply
     * to a closed ticket is in another one, and the answer says in which (rule T10).
     */
    public function about(?Posted $posted, Answer $answer): ?int
    {
        $data = $posted === null ? [] : $posted->deed->data;
        if ($posted !== null && $posted->deed->kind === 'ticket_reply' && $answer->ticket !== null) {
            return $answer->ticket;
        }
        if (isset($data['quote'])) {
            return $this->ticketOf((int) $data['quote']);
        }

        return isset($data['ticket']) ? (int) $data['ticket'] : null;
    }

    /**
     * A file of a message of his; null where there is none, or none that can be proven whole.
     */
    public function file(int $ticketId, int $number, string $uuid): ?PageReply
    {
        $facts = $this->facts;
        $facts->isFrozen(); // reads the account, which says which desk there is now
        $reply = null;
        $this->kit->part(function () use ($facts, $ticketId, $number, $uuid, &$reply): ?Html {
            $ticket = $facts->documents->tickets->one($facts->customerId, $ticketId);
            $message = $ticket === null
                ? null
                : $facts->documents->tickets->message($facts->customerId, $ticket, $number);
            $file = $message === null ? null : $message->file($uuid);
            if ($file !== null) {
                $reply = PageReply::download(new FileDownload($facts->files, $file, $message->by === 'customer'));
            }

            return null;
        });

        return $reply;
    }

    /**
     * Until when the ticket is answered that an answer tells of; null where that is not known.
     */
    public function promise(Answer $answer): ?Html
    {
        if (!$answer->accepted || $answer->ticket === null) {
            return null;
        }
        try {
            $ticket = $this->facts->documents->tickets->one($this->facts->customerId, $answer->ticket);
        } catch (Problem $problem) { // the ticket's own page says it
            return null;
        }

        return $ticket === null ? null : (new PromisePart($this->kit))->html($ticket);
    }

    /**
     * @param Form|null $returned what came back and could not be sent
     *
     * @return array<int, Html|null>
     */
    public function form(string $code, ?Form $returned): array
    {
        if ($this->facts->isDeskDeaf()) {
            return [$this->kit->section('ticket', 'ticket_heading', $this->kit->paragraph('older_writing'))];
        }
        $price = $code === '' ? null : $this->facts->documents->price($code);

        $form = new TicketForm($this->kit, $this->facts->takesFiles());

        return [$form->open($price, $this->facts->orders(), $returned)];
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

    /**
     * That offers or prices were left out which only a newer extension can read.
     */
    private function newer(): ?Html
    {
        $rows = $this->facts->documents->rows();

        return $rows->hasNewer('quote') || $rows->hasNewer('price') ? $this->kit->notice('newer') : null;
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

    private function offers(): OffersPart
    {
        $facts = $this->facts;
        $waiting = $facts->canSend() ? $facts->waiting() : null;

        return new OffersPart(
            $this->kit,
            new OfferCard($this->kit, $facts->available(), $facts->isFrozen(), $waiting)
        );
    }

    /**
     * The number of the ticket that a quote is for, null where it can't be shown.
     */
    private function ticketOf(int $quoteId): ?int
    {
        $facts = $this->facts;
        try {
            foreach ($facts->quotes() as $quote) {
                if ($quote->id === $quoteId) {
                    $ticket = $facts->documents->tickets->one($facts->customerId, $quote->ticket);

                    return $ticket === null ? null : $ticket->id;
                }
            }
        } catch (Problem $problem) { // the view that shows them says it
            return null;
        }

        return null;
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
