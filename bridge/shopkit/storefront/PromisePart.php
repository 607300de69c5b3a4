<?php

namespace SupportBridge;

/**
 * Until when a ticket is answered, in words: what is guaranteed and what is only aimed at, apart, each with what it means
 * (rule T8).
 */
final class PromisePart
{
    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * Null where the desk has promised nothing, and for a ticket that has ended.
     */
    public function html(Ticket $ticket): ?Html
    {
        $kit = $this->kit;
        $promise = $ticket->promise;
        $due = $ticket->waitsForStaff() && $promise->due !== null ? $this->moment($promise->due) : null;
        $parts = array_filter([
            $due === null ? null : $this->part('due', $due),
            $this->wording('guaranteed', $promise->guaranteed),
            $this->wording('best_effort', $promise->bestEffort),
        ]);
        if ($parts === [] || $ticket->hasEnded()) {
            return null;
        }

        return $kit->section('promise', 'promise', Html::of('dl', ['class' => 'supportbridge-promise'], ...array_values($parts)));
    }

    /**
     * @param array<string, string>|null $text
     */
    private function wording(string $name, ?array $text): ?Html
    {
        return $text === null ? null : $this->part($name, Html::picked($this->kit->language->pick($text)));
    }

    private function part(string $name, Html $value): Html
    {
        $kit = $this->kit;

        return Html::of(
            'div',
            [],
            Html::of('dt', [], $kit->say('promise_' . $name)),
            Html::of('dd', ['data-supportbridge' => str_replace('_', '-', $name)], $value),
            Html::of('dd', ['class' => 'supportbridge-quiet'], $kit->say('promise_' . $name . '_help'))
        );
    }

    private function moment(int $at): Html
    {
        return Html::of('time', ['datetime' => Language::iso($at)], $this->kit->language->moment($at));
    }
}
