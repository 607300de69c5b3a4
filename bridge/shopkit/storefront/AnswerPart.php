<?php

namespace SupportBridge;

/**
 * What has become of something that was sent: being processed, or the desk's answer.
 *
 * The page asks again by itself, less and less often; after some minutes the reader is told that he need not wait, and
 * where the asking has ended, that as well.
 */
final class AnswerPart
{
    /** For a browser without scripts: seconds until it looks again, by how long ago something was sent. */
    private const PAUSES = [10 => 2, 60 => 5, 300 => 15];

    private PageKit $kit;

    /** The ticket that it is about, as far as one can be looked at. */
    private ?int $ticket;

    /** Until when what was sent is answered, where that is known. */
    private ?Html $promise;

    public function __construct(PageKit $kit, ?int $ticket = null, ?Html $promise = null)
    {
        $this->kit = $kit;
        $this->ticket = $ticket;
        $this->promise = $promise;
    }

    /**
     * Where our script finds what has become of it; without scripts the browser looks at the whole page again.
     */
    public function live(?Posted $posted, ?Answer $answer, string $uuid): Html
    {
        $html = $this->html($posted, $answer, $uuid);
        if ($posted === null || $answer !== null) {
            return $html;
        }
        $pause = $this->pause($posted);
        $again = Html::of('meta', ['http-equiv' => 'refresh', 'content' => $pause]);
        $attributes = [
            'class' => 'supportbridge-live',
            'data-supportbridge-live' => $this->kit->address(['view' => 'answer', 'sent' => $uuid, 'as' => 'json']),
            'data-supportbridge-stopped' => $this->kit->say('answer_stopped'),
            'aria-live' => 'polite',
            'tabindex' => '-1',
        ];

        return Html::all([
            Html::of('div', $attributes, $html),
            $pause === 0 ? null : Html::of('noscript', [], $again),
        ]);
    }

    public function html(?Posted $posted, ?Answer $answer, string $uuid): Html
    {
        $kit = $this->kit;
        if ($answer !== null) {
            [$text, $code] = $kit->language->pick($answer->text);

            return Html::all([$kit->section(
                'answer',
                $answer->accepted ? 'answer_accepted' : 'answer_refused',
                $posted === null ? null : $this->what($posted),
                $kit->words($text, $code),
                $answer->chatCode === '' ? null : $this->chatCode($answer),
                $posted === null || $answer->accepted ? null : $this->typed($posted),
                $this->nextStep($posted, $answer)
            ), $this->promise]);
        }
        if ($posted === null) {
            return $kit->section('answer', 'answer_unknown', $kit->paragraph('answer_unknown_help'));
        }
        $again = $kit->button('answer_look_again', ['view' => 'answer', 'sent' => $uuid]);

        return $kit->section(
            'answer',
            'answer_waiting',
            $this->what($posted),
            Html::of(
                'p',
                ['data-supportbridge' => 'answer-help'],
                $kit->say($this->pause($posted) > 0 ? 'answer_waiting_help' : 'answer_slow')
            ),
            Html::of('p', [], $again)
        );
    }

    /**
     * What the desk answered in a version that is too new for us.
     */
    public function newer(): Html
    {
        return $this->kit->section('answer', 'answer_newer', $this->kit->paragraph('newer'));
    }

    private function pause(Posted $posted): int
    {
        foreach (self::PAUSES as $age => $pause) {
            if ($this->kit->now - $posted->at < $age) {
                return $pause;
            }
        }

        return 0;
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

    /**
     * What he wrote and what was refused, so that it is not lost: he can send it again later.
     */
    private function typed(Posted $posted): ?Html
    {
        $text = $posted->deed->data['text'] ?? null;
        if (!is_string($text)) {
            return null;
        }

        return Html::of(
            'details',
            ['class' => 'supportbridge-details'],
            Html::of('summary', [], $this->kit->say('answer_typed')),
            $this->kit->words($text, '')
        );
    }

    /**
     * A code as it is to be sent: it stands in one line, and a click takes it whole.
     */
    private function chatCode(Answer $answer): Html
    {
        $code = Html::of('code', ['class' => 'supportbridge-key', 'dir' => 'ltr'], $answer->chatCode);

        return Html::of('p', ['data-supportbridge' => 'chat-code'], $this->kit->say('chat_code') . ' ', $code);
    }

    private function deed(Posted $posted): Html
    {
        $data = $posted->deed->data;
        $values = [];
        foreach (['quote', 'ticket', 'order', 'agreement', 'bill', 'subject', 'domain'] as $name) {
            $value = Html::unturned((string) ($data[$name] ?? ''));
            $values[$name] = is_int($data[$name] ?? null) ? $this->kit->language->digits($value) : $value;
        }

        return Html::of('bdi', [], $this->kit->say('deed_' . $posted->deed->kind, $values));
    }

    private function nextStep(?Posted $posted, Answer $answer): Html
    {
        $kit = $this->kit;
        $data = $posted === null ? [] : $posted->deed->data;
        $isClaim = $posted !== null && in_array($posted->deed->kind, ['guest_claim', 'guest_code'], true);
        if ($isClaim) {
            if ($posted->deed->kind === 'guest_claim' && $answer->accepted) {
                return (new ClaimPart($kit))->codeOf((int) $data['order']);
            }

            return Html::of('p', [], $answer->accepted
                ? $kit->link('answer_to_overview', [])
                : $kit->button('claim_again', ['view' => 'claim']));
        }
        if ($posted !== null && $posted->deed->kind === 'licence_release') {
            return Html::of('p', [], $kit->link('answer_to_licences', ['view' => 'licences']));
        }
        if ($posted !== null && in_array($posted->deed->kind, Deed::PREMIUM_KINDS, true)) {
            return Html::of('p', [], $kit->link('answer_to_premium', ['view' => 'premium']));
        }
        $ticket = $this->ticket ?? $answer->ticket;

        return Html::of('p', [], $ticket !== null
            ? $kit->link('answer_to_ticket', ['view' => 'thread', 'ticket' => $ticket])
            : $kit->link('answer_to_tickets', ['view' => 'tickets']));
    }
}
