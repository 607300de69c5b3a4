<?php

namespace SupportBridge;

/**
 * Who pays for the help in a ticket, what can be done where it is not free, and the choice of a licence (rules L2, L4).
 */
final class CoverPart
{
    private PageKit $kit;

    private CustomerFacts $facts;

    public function __construct(PageKit $kit, CustomerFacts $facts)
    {
        $this->kit = $kit;
        $this->facts = $facts;
    }

    /**
     * Null where the desk has decided nothing, and for a ticket that has ended.
     */
    public function html(Ticket $ticket): ?Html
    {
        $cover = $ticket->cover;
        if ($cover === null || $ticket->hasEnded()) {
            return null;
        }
        [$text, $language] = $this->kit->language->pick($cover->text);

        return $this->kit->section(
            'cover',
            'cover',
            $this->kit->words($text, $language),
            $this->ways($cover),
            $cover->isToBeChosen() ? $this->choice($ticket) : null
        );
    }

    /**
     * A list to choose one of the customer's licences from; null where he has none, or none can be shown.
     */
    public static function select(PageKit $kit, CustomerFacts $facts, string $none, string $chosen): ?Html
    {
        $names = [];
        foreach ($facts->licences() as $licence) {
            $names[(string) $licence->id] = "\u{2068}" . $kit->language->pick($licence->name)[0] . "\u{2069}"
                . $kit->say('comma') . $kit->say($licence->wordAt($kit->now))
                . $kit->say('comma') . "\u{2066}" . $licence->key . "\u{2069}";
        }

        return $names === [] ? null : $kit->select('licence', 'ticket_licence', $none, $names, $chosen);
    }

    private function ways(Cover $cover): ?Html
    {
        $items = [];
        foreach ($cover->ways as $way) {
            $text = Html::picked($this->kit->language->pick($way['text']));
            $items[] = Html::of('li', [], $way['url'] === '' ? $text : Html::of('a', ['href' => $way['url']], $text));
        }

        return $items === [] ? null : Html::of('ul', ['class' => 'supportbridge-list'], ...$items);
    }

    private function choice(Ticket $ticket): ?Html
    {
        if (!$this->facts->canSend()) {
            return null;
        }
        foreach ($this->facts->waiting() ?? [] as $posted) {
            if ($posted->deed->kind === 'ticket_cover' && $posted->deed->data['ticket'] === $ticket->id) {
                return null; // what he chose is on its way
            }
        }
        $select = self::select($this->kit, $this->facts, 'cover_none', '');

        return $select === null
            ? null
            : $this->kit->form('ticket_cover', ['ticket' => $ticket->id], $this->kit->submit('cover_choose'), $select);
    }
}
