<?php

namespace SupportBridge;

/**
 * One agreement: the exact words, the most that it can cost, how far the work is, and what can be decided (rules W5, W6).
 */
final class AgreementCard
{
    private PageKit $kit;

    private bool $canSend;

    /** @var array<int, true> the agreements about which something lies in the desk's inbox */
    private array $undecided;

    /**
     * @param Posted[]|null $waiting what has been sent and not been answered, null where nothing can be sent
     */
    public function __construct(PageKit $kit, ?array $waiting)
    {
        $this->kit = $kit;
        $this->canSend = $waiting !== null;
        $this->undecided = Posted::about($waiting, 'agreement');
    }

    public function html(Agreement $agreement): Html
    {
        $kit = $this->kit;
        $language = $kit->language;
        $state = $agreement->stateAt($kit->now);
        $worked = $state === 'closed' ? 'bill_column_worked' : 'agreement_worked';
        $facts = [
            $kit->fact('state', 'agreement_state', $kit->say('agreement_' . $state)),
            $kit->fact('rate', 'agreement_rate', $kit->worded($agreement->rate)),
            $kit->fact('cap', 'agreement_cap', $this->priced($agreement->capHours, $agreement->cap)),
            $state === 'offered' || $state === 'lapsed'
                ? $kit->fact('valid-until', 'offer_valid_until', Html::picked($language->pick($agreement->validUntilText)))
                : null,
            $agreement->worked === []
                ? null
                : $kit->fact('worked', $worked, Html::picked($language->pick($agreement->worked))),
            $agreement->charged === []
                ? null
                : $kit->fact('charged', 'agreement_charged', $this->priced($agreement->chargedHours, $agreement->charged)),
        ];

        return Html::of(
            'article',
            ['class' => 'supportbridge-card', 'data-supportbridge' => 'agreement-' . $agreement->id],
            Html::of('h3', ['class' => 'supportbridge-card__title'], Html::picked($language->pick($agreement->name))),
            Html::of('p', ['class' => 'supportbridge-card__numbers'], $this->numbers($agreement)),
            $kit->facts(...$facts),
            $this->running($agreement),
            $this->words($agreement),
            $this->accepted($agreement),
            ...$this->decision($agreement)
        );
    }

    /**
     * Hours and what they cost, which is always their product with the rate.
     *
     * @param array<string, string> $hours
     * @param array<string, string> $amount
     */
    private function priced(array $hours, array $amount): Html
    {
        $language = $this->kit->language;

        return Html::all([$this->kit->worded($hours), ' = ', Html::picked($language->pick($amount))]);
    }

    private function numbers(Agreement $agreement): Html
    {
        $kit = $this->kit;
        $parts = [$kit->say('agreement_number', ['agreement' => $kit->language->digits((string) $agreement->id)])];
        if ($agreement->ticket !== null) {
            $ticket = $kit->language->digits((string) $agreement->ticket);
            $parts[] = ' · ';
            $parts[] = Html::of('a', [
                'href' => $kit->address(['view' => 'thread', 'ticket' => $agreement->ticket]),
                'class' => 'supportbridge-link',
            ], $kit->say('ticket_number', ['ticket' => $ticket]));
        }

        return Html::all($parts);
    }

    /**
     * The exact words: whole as long as they can be accepted, folded away afterwards.
     */
    private function words(Agreement $agreement): ?Html
    {
        [$text, $code] = $agreement->wording($this->kit->language);
        $words = $this->kit->words($text, $code);
        if ($words === null || $agreement->isOpen($this->kit->now)) {
            return $words;
        }

        return Html::of(
            'details',
            ['class' => 'supportbridge-details'],
            Html::of('summary', [], $this->kit->say('agreement_words')),
            $words
        );
    }

    private function running(Agreement $agreement): ?Html
    {
        if ($agreement->runningSince === null) {
            return null;
        }
        $moment = "\u{2068}" . $this->kit->language->moment($agreement->runningSince) . "\u{2069}";
        $text = $agreement->waits ? 'agreement_waits' : 'agreement_running';

        return Html::of(
            'p',
            ['class' => 'supportbridge-notice', 'data-supportbridge' => 'running'],
            $this->kit->say($text, ['moment' => $moment])
        );
    }

    private function accepted(Agreement $agreement): ?Html
    {
        if ($agreement->acceptedAt === null) {
            return null;
        }
        $moment = "\u{2068}" . $this->kit->language->moment($agreement->acceptedAt) . "\u{2069}";

        return Html::of(
            'p',
            ['class' => 'supportbridge-quiet', 'data-supportbridge' => 'accepted'],
            $this->kit->say('agreement_by_' . $agreement->channel, ['moment' => $moment])
        );
    }

    /**
     * What can be decided now, or why nothing can.
     *
     * @return Html[]
     */
    private function decision(Agreement $agreement): array
    {
        $kit = $this->kit;
        if (isset($this->undecided[$agreement->id])) {
            return [$kit->notice('offer_undecided')];
        }
        if ($agreement->stateAt($kit->now) === 'lapsed') {
            return [$kit->notice('agreement_lapsed_help')];
        }
        if (!$this->canSend || !$agreement->isOpen($kit->now)) {
            return [];
        }
        $named = ['agreement' => $agreement->id, 'version' => $agreement->version];
        $amount = "\u{2068}" . $kit->language->pick($agreement->cap)[0] . "\u{2069}";

        return [Html::of(
            'div',
            ['class' => 'supportbridge-buttons'],
            $kit->form(
                'agreement_accept',
                $named + ['text_hash' => $agreement->wording($kit->language)[2]],
                $kit->submit('agreement_accept', ['amount' => $amount])
            ),
            $kit->form('agreement_decline', $named, $kit->submit('offer_decline', [], false))
        )];
    }
}
