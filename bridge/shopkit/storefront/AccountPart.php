<?php

namespace SupportBridge;

/**
 * What the customer's account comes to, at the head of his own page.
 */
final class AccountPart
{
    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * @param AccountState|null $state null for a customer for whom the desk has written no account
     */
    public function html(?AccountState $state): Html
    {
        $kit = $this->kit;
        if ($state === null) {
            return $kit->section('account', 'account', $kit->paragraph('account_none'));
        }
        $plan = $kit->language->pick($state->plan);
        $next = $kit->language->pick($state->nextExpiry);

        return $kit->section(
            'account',
            'account',
            $state->frozen ? $kit->notice('frozen') : null,
            $kit->facts(
                $kit->fact('available', 'available', $kit->language->number($state->available)),
                $kit->fact('held', 'held', $kit->language->number($state->held)),
                $kit->fact('plan', 'plan', $plan[0] === '' ? $kit->say('no_plan') : Html::picked($plan)),
                $kit->fact('next-expiry', 'next_expiry', $next[0] === '' ? $kit->say('no_expiry') : Html::picked($next))
            ),
            Html::of('p', [], $kit->link('statement_link', ['view' => 'statement']))
        );
    }
}
