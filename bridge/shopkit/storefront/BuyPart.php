<?php

namespace SupportBridge;

/**
 * The plans that the vendor sells, when each is served, and the way to buy one.
 */
final class BuyPart
{
    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * @param PageDocument|null $page null for a desk that doesn't say it yet
     */
    public function html(?PageDocument $page): ?Html
    {
        $kit = $this->kit;
        if ($page === null) {
            return $kit->section('buy', 'buy', $kit->paragraph('older_desk'));
        }
        $items = array_map(function (Plan $plan): Html {
            return $this->item($plan);
        }, $page->plans);

        return $items === []
            ? null
            : $kit->section('buy', 'buy', Html::of('ul', ['class' => 'supportbridge-prices'], ...$items));
    }

    private function item(Plan $plan): Html
    {
        $kit = $this->kit;
        $name = $kit->language->pick($plan->name);
        $service = $kit->language->pick($plan->service);
        $link = ['href' => $plan->buy, 'class' => 'supportbridge-button supportbridge-button--second'];

        return Html::of(
            'li',
            ['class' => 'supportbridge-price', 'data-supportbridge' => 'plan-' . $plan->code],
            Html::of(
                'div',
                ['class' => 'supportbridge-price__what'],
                Html::of('strong', [], Html::picked($name)),
                $service[0] === '' ? null : Html::of('p', ['lang' => $service[1], 'dir' => 'auto'], $service[0])
            ),
            Html::of('span', ['class' => 'supportbridge-price__coins'], $kit->say('price_coins', [
                'coins' => $plan->coins,
            ])),
            $plan->buy === '' ? null : Html::of('a', $link, $kit->say('buy_link', [
                'name' => "\u{2068}" . $name[0] . "\u{2069}",
            ]))
        );
    }
}
