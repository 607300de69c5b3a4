<?php

namespace SupportBridge;

/**
 * Until when a ticket is answered: what was guaranteed at its opening and what is only aimed at, apart (rule T8), and when
 * the next answer is due now. What each of the two means the desk's own sentences say.
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
            $due === null ? null : $this->part('due', $due, 'promise_due_help'),
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

    private function part(string $name, Html $value, string $help = ''): Html
    {
        $kit = $this->kit;

        return Html::of(
            'div',
            [],
            Html::of('dt', [], $kit->say('promise_' . $name)),
            Html::of('dd', ['data-supportbridge' => str_replace('_', '-', $name)], $value),
            $help === '' ? null : Html::of('dd', ['class' => 'supportbridge-quiet'], $kit->say($help))
        );
    }

    private function moment(int $at): Html
    {
        return Html::of('time', ['datetime' => Language::iso($at)], $this->kit->language->moment($at));
    }
}
