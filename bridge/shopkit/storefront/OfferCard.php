<?php

namespace SupportBridge;

/**
 * One quote: the exact words, what it costs, and what the customer can still decide (rules C7 to C10).
 */
final class OfferCard
{
    private PageKit $kit;

    /** Coins available, null where that is not known. */
    private ?int $available;

    private bool $frozen;

    /** @var array<int, true> the quotes about which something lies in the desk's inbox */
    private array $undecided;

    private bool $canSend;

    /**
     * @param Posted[]|null $waiting what has been sent and not been answered, null where nothing can be sent
     */
    public function __construct(PageKit $kit, ?int $available, bool $frozen, ?array $waiting)
    {
        $this->kit = $kit;
        $this->available = $available;
        $this->frozen = $frozen;
        $this->canSend = $waiting !== null;
        $this->undecided = Posted::about($waiting, 'quote');
    }

    /**
     * @param bool $withHistory false where the thread beside it tells what has happened
     */
    public function html(Quote $quote, bool $withHistory = true): Html
    {
        $kit = $this->kit;
        [$text, $code] = $quote->wording($kit->language);
        $state = $quote->stateAt($kit->now);
        $lastDay = Html::picked($kit->language->pick($quote->validUntilText));
        $facts = [
            $kit->fact('kind', 'offer_kind', $kit->say('offer_' . $quote->kind)),
            $kit->fact('coins', 'offer_coins', $kit->language->number($quote->coins)),
            $kit->fact('state', 'offer_state', $kit->say('state_' . $state)),
            $state === 'offered' || $state === 'lapsed'
                ? $kit->fact('valid-until', 'offer_valid_until', $lastDay)
                : null,
            $quote->held > 0 ? $kit->fact('held', 'offer_held', $kit->language->number($quote->held)) : null,
            $quote->spent !== null ? $kit->fact('spent', 'offer_spent', $kit->language->number($quote->spent)) : null,
        ];

        return Html::of(
            'article',
            ['class' => 'supportbridge-card', 'data-supportbridge' => 'quote-' . $quote->id],
            $quote->subject === '' ? null // erased, at the customer's wish
                : Html::of('h3', ['class' => 'supportbridge-card__title'], Html::of('bdi', [], Html::unturned($quote->subject))),
            Html::of('p', ['class' => 'supportbridge-card__numbers'], $kit->say('offer_numbers', [
                'quote' => $kit->language->digits((string) $quote->id),
                'ticket' => $kit->language->digits((string) $quote->ticket),
            ])),
            $kit->facts(...$facts),
            $kit->words($text, $code),
            ...$this->decision($quote),
            ...[$withHistory ? $this->history($quote) : null]
        );
    }

    /**
     * What can be decided now, or why nothing can.
     *
     * @return Html[]
     */
    private function decision(Quote $quote): array
    {
        $kit = $this->kit;
        if (isset($this->undecided[$quote->id])) {
            return [$kit->notice('offer_undecided')];
        }
        if ($quote->stateAt($kit->now) === 'lapsed') {
            return [$kit->notice('offer_lapsed')];
        }
        if (!$this->canSend) {
            return [];
        }
        if ($quote->state === 'approved') {
            $cancel = $kit->submit('offer_cancel', [], false);

            return [$this->buttons($kit->form('quote_cancel', ['quote' => $quote->id], $cancel))];
        }
        if (!$quote->isOpen($kit->now)) {
            return [];
        }
        $named = ['quote' => $quote->id, 'version' => $quote->version];
        $decline = $kit->form('quote_decline', $named, $kit->submit('offer_decline', [], false));
        if ($this->frozen) {
            return [$kit->notice('refused_frozen'), $this->buttons($decline)];
        }
        $approve = $kit->form(
            'quote_approve',
            $named + ['text_hash' => $quote->wording($kit->language)[2]],
            $kit->submit('offer_approve', ['coins' => $quote->coins])
        );
        $missing = $quote->coins - ($this->available ?? $quote->coins);
        $notice = $missing > 0 ? $kit->notice('offer_missing', ['missing' => $missing]) : null;

        return array_values(array_filter([$notice, $this->buttons($approve, $decline)]));
    }

    private function buttons(Html ...$forms): Html
    {
        return Html::of('div', ['class' => 'supportbridge-buttons'], ...$forms);
    }

    private function history(Quote $quote): ?Html
    {
        if ($quote->history === []) {
            return null;
        }
        $events = [];
        foreach ($quote->history as $event) {
            $moment = $this->kit->language->moment($event['at']);
            $time = Html::of('time', ['datetime' => Language::iso($event['at'])], $moment);
            $events[] = Html::of('li', [], $time, ' · ', Html::picked($this->kit->language->pick($event['text'])));
        }

        return Html::of(
            'details',
            ['class' => 'supportbridge-details'],
            Html::of('summary', [], $this->kit->say('offer_history')),
            Html::of('ol', ['class' => 'supportbridge-history'], ...$events)
        );
    }
}
