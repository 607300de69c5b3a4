<?php

namespace SupportBridge;

/**
 * The list of the customer's tickets, and how each stands.
 */
final class TicketsPart
{
    private PageKit $kit;

    /** @var array<int, int> by the number of a ticket, how many of its offers wait for a decision */
    private array $waiting;

    /** @var array<int, int> by the number of a ticket, when it last changed */
    private array $changes;

    /**
     * @param array<int, int> $waiting by the number of a ticket, how many of its offers wait for a decision
     * @param array<int, int> $changes by the number of a ticket, when it last changed
     */
    public function __construct(PageKit $kit, array $waiting, array $changes)
    {
        $this->kit = $kit;
        $this->waiting = $waiting;
        $this->changes = $changes;
    }

    /**
     * The way to write one, and the list; what cannot be shown is said in words.
     *
     * @param Ticket[] $tickets
     * @param bool $isNarrowed whether those that have ended are left out
     * @param string $missing the name of a text that says what is not shown, empty for nothing
     */
    public function html(array $tickets, bool $canSend, bool $isNarrowed, string $missing, ?Html $pages): Html
    {
        $kit = $this->kit;
        $items = array_map(function (Ticket $ticket): Html {
            return $this->item($ticket);
        }, $tickets);
        $new = $kit->link('ticket_new', ['view' => 'ticket'], 'supportbridge-button');
        if ($items === [] && $missing === '') {
            $missing = $isNarrowed ? 'tickets_none_open' : 'tickets_none';
        }

        return $kit->section(
            'tickets',
            'tickets',
            $kit->paragraph('ticket_help'),
            $canSend ? Html::of('p', [], $new) : null,
            $items === [] && !$isNarrowed ? null : $this->choices($isNarrowed),
            $missing === '' ? null : $kit->paragraph($missing),
            $items === [] ? null : Html::of('ul', ['class' => 'supportbridge-tickets'], ...$items),
            $pages
        );
    }

    private function choices(bool $isNarrowed): Html
    {
        $kit = $this->kit;
        $choices = [];
        foreach (['tickets_all' => false, 'tickets_open' => true] as $text => $narrows) {
            $choices[] = Html::of('li', [], Html::of('a', [
                'href' => $kit->address(['view' => 'tickets'] + ($narrows ? ['show' => 'open'] : [])),
                'class' => 'supportbridge-choice',
                'aria-current' => $narrows === $isNarrowed ? 'true' : null,
            ], $kit->say($text)));
        }

        return Html::of(
            'div',
            ['class' => 'supportbridge-choices'],
            Html::of('span', ['class' => 'supportbridge-quiet'], $kit->say('filter_kind')),
            Html::of(
                'ul',
                ['class' => 'supportbridge-choices__list', 'aria-label' => $kit->say('filter_kind')],
                ...$choices
            )
        );
    }

    private function item(Ticket $ticket): Html
    {
        $kit = $this->kit;
        $waiting = $this->waiting[$ticket->id] ?? 0;
        $link = [
            'href' => $kit->address(['view' => 'thread', 'ticket' => $ticket->id]),
            'class' => 'supportbridge-ticket__link',
        ];
        $change = $this->changes[$ticket->id] ?? $ticket->openedAt;

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
                self::kind($kit, $ticket),
                ' · ',
                self::state($kit, $ticket),
                self::urgency($kit, $ticket),
                ' · ',
                Html::of('time', ['datetime' => Language::iso($change)], $kit->language->moment($change))
            )
        );
    }

    public static function kind(PageKit $kit, Ticket $ticket): Html
    {
        return Html::of('span', ['data-supportbridge' => 'kind'], $kit->say('kind_' . $ticket->kind));
    }

    public static function state(PageKit $kit, Ticket $ticket): Html
    {
        $class = 'supportbridge-state supportbridge-state--' . $ticket->state;

        return Html::of('span', ['data-supportbridge' => 'state', 'class' => $class], $kit->say('ticket_' . $ticket->state));
    }

    /**
     * What is said of its urgency where somebody has asked for it.
     */
    public static function urgency(PageKit $kit, Ticket $ticket): ?Html
    {
        return $ticket->urgency === 'none' ? null : Html::all([
            ' · ',
            Html::of('span', ['data-supportbridge' => 'urgency'], $kit->say('urgent_' . $ticket->urgency)),
        ]);
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
