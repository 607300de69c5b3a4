<?php

namespace SupportBridge;

/**
 * What has become of something that was sent: being processed, or the desk's answer.
 *
 * The browser asks again by itself, less and less often; after some minutes the reader is told that he need not wait.
 */
final class AnswerPart
{
    private const PAUSES = [10 => 2, 60 => 5, 300 => 15];

    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * Seconds until the browser should look again; 0 for not by itself.
     */
    public function pause(?Posted $posted, ?Answer $answer): int
    {
        if ($posted === null || $answer !== null) {
            return 0;
        }
        foreach (self::PAUSES as $age => $pause) {
            if ($this->kit->now - $posted->at < $age) {
                return $pause;
            }
        }

        return 0;
    }

    public function html(?Posted $posted, ?Answer $answer, string $uuid): Html
    {
        $kit = $this->kit;
        if ($answer !== null) {
            [$text, $code] = $kit->language->pick($answer->text);

            return $kit->section(
                'answer',
                $answer->accepted ? 'answer_accepted' : 'answer_refused',
                $posted === null ? null : $this->what($posted),
                $kit->words($text, $code),
                $this->nextStep($posted, $answer),
                $kit->back()
            );
        }
        if ($posted === null) {
            return $kit->section('answer', 'answer_unknown', $kit->paragraph('answer_unknown_help'), $kit->back());
        }
        $again = $kit->button('answer_look_again', ['view' => 'answer', 'sent' => $uuid]);

        return $kit->section(
            'answer',
            'answer_waiting',
            $this->what($posted),
            $kit->notice($this->pause($posted, null) > 0 ? 'answer_waiting_help' : 'answer_slow'),
            Html::of('p', [], $again),
            $kit->back()
        );
    }

    /**
     * What still waits for its answer, as links.
     *
     * @param Posted[] $waiting
     */
    public function waiting(array $waiting): ?Html
    {
        $items = [];
        foreach ($waiting as $posted) {
            $items[] = Html::of(
                'li',
                [],
                $this->deed($posted),
                ' ',
                $this->kit->link('answer_look', ['view' => 'answer', 'sent' => $posted->uuid])
            );
        }

        $list = Html::of('ul', ['class' => 'supportbridge-list'], ...$items);

        return $items === [] ? null : $this->kit->section('waiting', 'answer_waiting', $list);
    }

    private function what(Posted $posted): Html
    {
        return Html::of('p', ['class' => 'supportbridge-card__title'], $this->deed($posted));
    }

    private function deed(Posted $posted): Html
    {
        $data = $posted->deed->data;
        $values = [];
        foreach (['quote', 'order', 'subject', 'domain'] as $name) {
            $value = Html::unturned((string) ($data[$name] ?? ''));
            $values[$name] = is_int($data[$name] ?? null) ? $this->kit->language->digits($value) : $value;
        }

        return Html::of('bdi', [], $this->kit->say('deed_' . $posted->deed->kind, $values));
    }

    private function nextStep(?Posted $posted, Answer $answer): ?Html
    {
        if ($posted === null || !isset($posted->deed->data['order'])) {
            return null;
        }
        if ($posted->deed->kind === 'guest_claim' && $answer->accepted) {
            return (new ClaimPart($this->kit))->codeOf((int) $posted->deed->data['order']);
        }
        if (!$answer->accepted) {
            return Html::of('p', [], $this->kit->button('claim_again', ['view' => 'claim']));
        }

        return null;
    }
}
