<?php

namespace SupportBridge;

/**
 * The rights that the customer's plan carries now (rules P1, P2, P4).
 */
final class RightsPart
{
    private PageKit $kit;

    private bool $canRedeem;

    public function __construct(PageKit $kit, bool $canRedeem)
    {
        $this->kit = $kit;
        $this->canRedeem = $canRedeem;
    }

    /**
     * @param Right[] $rights
     */
    public function html(array $rights): ?Html
    {
        $items = [];
        foreach ($rights as $right) {
            $items[] = Html::of(
                'li',
                ['class' => 'supportbridge-right', 'data-supportbridge' => 'right-' . $right->key],
                Html::of('span', ['class' => 'supportbridge-right__name'], $this->name($right)),
                $this->redeemed($right),
                $this->more($right)
            );
        }

        return $items === []
            ? null
            : $this->kit->section('rights', 'rights', Html::of('ul', ['class' => 'supportbridge-rights'], ...$items));
    }

    private function name(Right $right): Html
    {
        return Html::picked($this->kit->language->pick($right->name));
    }

    private function redeemed(Right $right): ?Html
    {
        return $right->domain === '' ? null : Html::of('span', [], $this->kit->say('right_redeemed', [
            'domain' => "\u{2068}" . $right->domain . "\u{2069}",
            'day' => $this->kit->language->pick($right->day)[0],
        ]));
    }

    private function more(Right $right): ?Html
    {
        $kit = $this->kit;
        if ($right->kind === 'telephone' && $right->value !== '') {
            $dialled = preg_replace('/[^0-9+]/', '', $right->value);

            $attributes = ['href' => 'tel:' . $dialled, 'dir' => 'ltr', 'class' => 'supportbridge-link'];

            return Html::of('a', $attributes, $right->value);
        }
        if (!$right->canBeRedeemed() || !$this->canRedeem) {
            return null;
        }
        $domain = $kit->input('domain', 'right_domain', Deed::LONGEST_DOMAIN, '', [
            'dir' => 'ltr', 'placeholder' => 'shop.example', 'autocapitalize' => 'none', 'spellcheck' => 'false',
        ]);

        return Html::of(
            'details',
            ['class' => 'supportbridge-details'],
            Html::of('summary', [], $kit->say($right->domain === '' ? 'right_redeem' : 'right_redeem_more')),
            $kit->paragraph('right_once'),
            $kit->form('right_redeem', ['right' => $right->key], $kit->submit('right_redeem'), $domain)
        );
    }
}
