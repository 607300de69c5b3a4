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
     * @param array<string, string>|null $service when his plan is served, by language; null where nobody has said it
     */
    public function html(?AccountState $state, ?array $service = null): Html
    {
        $kit = $this->kit;
        if ($state === null) {
            return $kit->section('account', 'account', $kit->paragraph('account_none'));
        }
        $plan = $kit->language->pick($state->plan);
        $next = $kit->language->pick($state->nextExpiry);
        $hours = $kit->language->pick($service);

        return $kit->section(
            'account',
            'account',
            $state->frozen ? $kit->notice('frozen') : null,
            $kit->facts(
                $kit->fact('available', 'available', $kit->language->number($state->available)),
                $kit->fact('held', 'held', $kit->language->number($state->held)),
                $kit->fact('plan', 'plan', $plan[0] === '' ? $kit->say('no_plan') : Html::picked($plan)),
                $kit->fact('next-expiry', 'next_expiry', $next[0] === '' ? $kit->say('no_expiry') : Html::picked($next)),
                $hours[0] === '' ? null : $kit->fact('service', 'service', Html::picked($hours))
            )
        );
    }
}
