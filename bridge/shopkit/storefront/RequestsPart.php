<?php

namespace SupportBridge;

/**
 * The price list, and the form for a new request (rules C12, C13, T1).
 */
final class RequestsPart
{
    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * The ways to what the customer can write.
     */
    public function ways(): Html
    {
        $kit = $this->kit;

        return $kit->section(
            'write',
            'write',
            $kit->paragraph('request_help'),
            Html::of(
                'div',
                ['class' => 'supportbridge-buttons'],
                $kit->link('request_new', ['view' => 'request'], 'supportbridge-button'),
                $kit->button('claim_link', ['view' => 'claim'])
            )
        );
    }

    /**
     * @param Price[] $prices
     */
    public function prices(array $prices, bool $canSend): ?Html
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
                $canSend ? $this->kit->button('price_ask', ['view' => 'request', 'price' => $price->code]) : null
            );
        }

        return $items === []
            ? null
            : $this->kit->section('prices', 'prices', Html::of('ul', ['class' => 'supportbridge-prices'], ...$items));
    }

    /**
     * @param Form|null $form what came back and could not be sent
     */
    public function form(?Price $price, ?Form $form): Html
    {
        $kit = $this->kit;
        $name = $price === null ? ['', ''] : $kit->language->pick($price->name);
        $subject = $form === null ? $name[0] : $form->line('subject');
        $listed = $price === null ? null : Html::of('p', [], $kit->say('request_price', [
            'name' => "\u{2068}" . $name[0] . "\u{2069}",
            'coins' => $price->coins,
        ]));

        return $kit->section(
            'request',
            'request_heading',
            $kit->paragraph('request_help'),
            $listed,
            $kit->form(
                'request_open',
                $price === null ? [] : ['price' => $price->code],
                $kit->submit('send'),
                $kit->input('subject', 'request_subject', Deed::LONGEST_SUBJECT, $subject),
                $kit->input('text', 'request_text', Deed::LONGEST_TEXT, $form === null ? '' : $form->text('text'), [
                    'rows' => 8,
                ])
            )
        );
    }
}
