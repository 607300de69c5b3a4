<?php

namespace SupportBridge;

/**
 * The first view: what the customer has, what waits for him, and how he gets more (rules C4 to C6, P1).
 */
final class Overview
{
    private PageKit $kit;

    private CustomerFacts $facts;

    public function __construct(PageKit $kit, CustomerFacts $facts)
    {
        $this->kit = $kit;
        $this->facts = $facts;
    }

    /**
     * @return array<int, Html|null>
     */
    public function parts(): array
    {
        $kit = $this->kit;
        $facts = $this->facts;

        return [
            $this->notice('offers', array_sum($facts->waitingOffers()), 'tickets'),
            $this->notice('agreements', $facts->waitingAgreements(), 'premium'),
            $this->notice('bills', $facts->waitingBills(), 'premium', 'bills_waiting_link'),
            (new AnswerPart($kit))->waiting($facts->waiting() ?? []),
            $kit->part(function () use ($kit, $facts): Html {
                return (new AccountPart($kit))->html($facts->state(), $this->service());
            }),
            $this->ifKnown(function (AccountDocument $account) use ($kit): ?Html {
                return (new PackagesPart($kit, $account))->html();
            }),
            $this->ifKnown(function (AccountDocument $account) use ($kit, $facts): ?Html {
                $state = $account->at($facts->now);

                return (new RightsPart($kit, $facts->canSend() && !$state->frozen))->html($state->rights);
            }),
            $kit->part(function () use ($kit, $facts): ?Html {
                return (new BuyPart($kit))->html($facts->page());
            }),
        ];
    }

    /**
     * That something waits for him, and the way there.
     */
    private function notice(string $what, int $count, string $view, string $link = 'offers_waiting_link'): ?Html
    {
        if ($count === 0) {
            return null;
        }
        $kit = $this->kit;

        return Html::of(
            'p',
            ['class' => 'supportbridge-notice', 'data-supportbridge' => 'waiting-' . $what],
            $kit->say($what . '_waiting_notice') . ' ',
            $kit->badge($count, $what . '_waiting'),
            ' ',
            $kit->link($link, ['view' => $view])
        );
    }

    /**
     * When the customer's plan is served, in words; null where nobody has said it.
     *
     * @return array<string, string>|null
     */
    private function service(): ?array
    {
        try {
            $state = $this->facts->state();
            $page = $this->facts->page();
        } catch (Problem $problem) { // the parts that show them say it
            return null;
        }
        $plan = $state === null || $page === null ? null : $page->plan($state->planKey);

        return $plan === null || $plan->service === [] ? null : $plan->service;
    }

    /**
     * A part that needs an account: nothing where there is none or where another part has said why it cannot be read.
     *
     * @param callable(AccountDocument): ?Html $make
     */
    private function ifKnown(callable $make): ?Html
    {
        try {
            $account = $this->facts->account();
        } catch (Problem $problem) {
            return null;
        }

        return $account === null ? null : $make($account);
    }
}
