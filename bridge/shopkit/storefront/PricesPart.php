<?php

namespace SupportBridge;

/**
 * The price list, from which a ticket can be opened (rule C13).
 */
final class PricesPart
{
    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * @param Price[] $prices
     */
    public function html(array $prices, bool $canSend): ?Html
    {
        $items = [];
        foreach ($prices as $price) {
            $about = $this->kit->language->pick($price->about);
            $items[] = Html::of(
                'li',
                ['class' => 'supportbridge-price', 'data-supportbridge' => 'price-' . $price->code],
                Html::of(
                    'div',
                    ['class' => 'supportbridge-price__what'],
                    Html::of('strong', [], Html::picked($this->kit->language->pick($price->name))),
                    $about[0] === '' ? null : Html::of('p', ['lang' => $about[1], 'dir' => 'auto'], $about[0])
                ),
                Html::of('span', ['class' => 'supportbridge-price__coins'], $this->kit->say('price_coins', [
                    'coins' => $price->coins,
                ])),
                $canSend ? $this->ask($price) : null
            );
        }

        return $items === []
            ? null
            : $this->kit->section('prices', 'prices', Html::of('ul', ['class' => 'supportbridge-prices'], ...$items));
    }

    /**
     * Who only hears the page's links, hears of which price this one is.
     */
    private function ask(Price $price): Html
    {
        $name = $this->kit->language->pick($price->name)[0];
        $attributes = [
            'href' => $this->kit->address(['view' => 'ticket', 'price' => $price->code]),
            'class' => 'supportbridge-button supportbridge-button--second',
        ];

        return Html::of(
            'a',
            $attributes,
            $this->kit->say('price_ask'),
            Html::of('span', ['class' => 'supportbridge-unseen'], ': ' . $name)
        );
    }
}
