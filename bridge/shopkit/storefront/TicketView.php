<?php

namespace SupportBridge;

/**
 * The views of one ticket: its thread with offers and files, the form for a new one, and what an answer tells of it.
 */
final class TicketView
{
    private PageKit $kit;

    private CustomerFacts $facts;

    public function __construct(PageKit $kit, CustomerFacts $facts)
    {
        $this->kit = $kit;
        $this->facts = $facts;
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
        $offers = $kit->part(static function () use ($kit, $facts, $ticket, &$isOpen): ?Html {
            $quotes = $facts->documents->quotesOf($facts->customerId, $ticket);
            foreach ($quotes as $quote) {
                $isOpen = $isOpen || $facts->isWaiting($quote);
            }

            return OffersPart::of($kit, $facts)->html($quotes, true);
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
            $this->premium($ticket),
            (new PromisePart($kit))->html($ticket),
            (new CoverPart($kit, $facts))->html($ticket),
            $thread,
            $isOpen ? null : $offers,
            OffersPart::leftOut($kit, $facts->documents->rows()),
            $facts->canSend() ? (new TicketForm($kit, $facts->takesFiles()))->reply($ticket, $returned) : null,
        ];
    }

    /**
     * What is agreed on about the ticket, or waits to be: its work takes no coins then (rule W7).
     */
    private function premium(Ticket $ticket): ?Html
    {
        $facts = $this->facts;
        $card = new AgreementCard($this->kit, $facts->canSend() ? $facts->waiting() : null);
        $cards = [];
        foreach ($facts->agreements() as $agreement) {
            if ($agreement->ticket === $ticket->id && $agreement->isCurrent($facts->now)) {
                $cards[] = $card->html($agreement);
            }
        }

        return $cards === [] ? null : $this->kit->section('agreements', 'agreements', ...$cards);
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

        $chosen = $returned === null ? '' : $returned->line('licence');
        $licences = $price === null ? CoverPart::select($this->kit, $this->facts, 'ticket_licence_none', $chosen) : null;

        return [$form->open($price, $this->facts->orders(), $licences, $returned)];
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
            return $this->ofOffer((int) $data['quote']);
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
     * Until when the ticket is answered that an answer tells of, and who pays; null where that is not known.
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

        return $ticket === null ? null : Html::all([
            (new PromisePart($this->kit))->html($ticket),
            (new CoverPart($this->kit, $this->facts))->html($ticket),
        ]);
    }

    /**
     * The number of the ticket that a quote is for, null where it can't be shown.
     */
    public function ofOffer(int $quoteId): ?int
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
}
