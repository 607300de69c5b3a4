<?php

namespace SupportBridge;

/**
 * Claiming the coins of an order that was made as a guest: its number first, then the code that was mailed (rule C19).
 */
final class ClaimPart
{
    private const LONGEST_ORDER = 20;

    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * Both steps, for somebody who comes back with the code.
     */
    public function html(string $order): Html
    {
        $kit = $this->kit;

        return $kit->section(
            'claim',
            'claim',
            $kit->paragraph('claim_help'),
            $kit->form('guest_claim', [], $kit->submit('claim_send_code'), $this->order($order)),
            Html::of('h3', ['class' => 'supportbridge-card__title'], $kit->say('claim_have_code')),
            $kit->form('guest_code', [], $kit->submit('claim_now', [], false), $this->order($order), $this->code())
        );
    }

    /**
     * The second step alone, once the desk has mailed the code.
     */
    public function codeOf(int $order): Html
    {
        $button = $this->kit->submit('claim_now');

        return $this->kit->form('guest_code', ['order' => $order], $button, $this->code());
    }

    private function order(string $order): Html
    {
        return $this->kit->input('order', 'claim_order', self::LONGEST_ORDER, $order, [
            'dir' => 'ltr', 'autocomplete' => 'off',
        ]);
    }

    private function code(): Html
    {
        return $this->kit->input('code', 'claim_code', Deed::LONGEST_CODE, '', [
            'dir' => 'ltr',
            'autocomplete' => 'one-time-code',
            'inputmode' => 'numeric',
            'spellcheck' => 'false',
        ]);
    }
}
