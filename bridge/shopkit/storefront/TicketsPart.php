<?php

namespace SupportBridge;

/**
 * The list of the customer's tickets, and how each stands.
 */
final class TicketsPart
{
    private PageKit $kit;

    /** @var array<int, Quote[]> by the number of their ticket */
    private array $quotes;

    /** @var array<int, int> how many of them wait for a decision */
    private array $waiting;

    /**
     * @param array<int, Quote[]> $quotes by the number of their ticket
     * @param array<int, int> $waiting how many of them wait for a decision
     */
    public function __construct(PageKit $kit, array $quotes, array $waiting)
    {
        $this->kit = $kit;
        $this->quotes = $quotes;
        $this->waiting = $waiting;
    }

    /**
     * The way to write one, and the list; what cannot be shown is said in words.
     *
     * @param Ticket[] $tickets
     * @param string $missing the name of a text that says what is not shown, empty for nothing
     */
    public function html(array $tickets, bool $canSend, string $missing, ?Html $pages): Html
    {
        $kit = $this->kit;
        $items = [];
        foreach ($tickets as $ticket) {
            $items[] = $this->item($ticket);
        }
        $new = $kit->link('ticket_new', ['view' => 'ticket'], 'supportbridge-button');
        if ($items === [] && $missing === '') {
            $missing = 'tickets_none';
        }

        return $kit->section(
            'tickets',
            'tickets',
            $kit->paragraph('ticket_help'),
            $canSend ? Html::of('p', [], $new) : null,
            $missing === '' ? null : $kit->paragraph($missing),
            $items === [] ? null : Html::of('ul', ['class' => 'supportbridge-tickets'], ...$items),
            $pages
        );
    }

    private function item(Ticket $ticket): Html
    {
        $kit = $this->kit;
        $waiting = $this->waiting[$ticket->id] ?? 0;
        $state = $ticket->stateAt($kit->now, $this->quotes[$ticket->id] ?? []);
        $link = [
            'href' => $kit->address(['view' => 'thread', 'ticket' => $ticket->id]),
            'class' => 'supportbridge-ticket__link',
        ];
        $change = $ticket->lastChange();

        return Html::of(
            'li',
            ['class' => 'supportbridge-ticket', 'data-supportbridge' => 'ticket-' . $ticket->id],
            Html::of('a', $link, self::subject($kit, $ticket)),
            $waiting === 0 ? null : $kit->badge($waiting, 'offers_waiting'),
            Html::of(
                'div',
                ['class' => 'supportbridge-quiet'],
                self::number($kit, $ticket),
                ' · ',
                Html::of('span', ['data-supportbridge' => 'state'], $kit->say($state)),
                ' · ',
                Html::of('time', ['datetime' => Language::iso($change)], $kit->language->moment($change))
            )
        );
    }

    /**
     * What a ticket is called; one whose subject has been erased has its number.
     */
    public static function subject(PageKit $kit, Ticket $ticket): Html
    {
        $subject = Html::unturned($ticket->subject);

        return Html::of('bdi', [], $subject === '' ? self::number($kit, $ticket) : $subject);
    }

    public static function number(PageKit $kit, Ticket $ticket): string
    {
        return $kit->say('ticket_number', ['ticket' => $kit->language->digits((string) $ticket->id)]);
    }
}
