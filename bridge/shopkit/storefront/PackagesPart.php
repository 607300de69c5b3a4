<?php

namespace SupportBridge;

/**
 * The customer's packages: how much is left of each, and until when (rules C3 to C5).
 *
 * The bar is a drawing and not a `progress`, because it shows two amounts, and its lengths are attributes and not a
 * style, which some shops' rules of content forbid.
 */
final class PackagesPart
{
    private const LENGTH = 1000;
    private const HEIGHT = 10;

    private PageKit $kit;

    private AccountDocument $account;

    public function __construct(PageKit $kit, AccountDocument $account)
    {
        $this->kit = $kit;
        $this->account = $account;
    }

    public function html(): ?Html
    {
        $items = array_map(function (Package $package): Html {
            return $this->item($package);
        }, $this->account->packagesAt($this->kit->now));
        $list = Html::of('ul', ['class' => 'supportbridge-packages'], ...$items);

        return $items === [] ? null : $this->kit->section('packages', 'packages', $list);
    }

    private function item(Package $package): Html
    {
        $kit = $this->kit;
        $name = $this->account->planName($package);

        return Html::of(
            'li',
            ['class' => 'supportbridge-package', 'data-supportbridge' => 'package-' . $package->id],
            Html::of(
                'div',
                ['class' => 'supportbridge-package__name'],
                $name === null ? $kit->say('package_coins') : Html::picked($kit->language->pick($name)),
                ' ',
                Html::of('span', ['class' => 'supportbridge-quiet'], $kit->say('entry_package', [
                    'number' => $kit->language->digits((string) $package->id),
                ]))
            ),
            $this->bar($package),
            Html::of('div', ['class' => 'supportbridge-package__left'], $this->left($package)),
            Html::of('div', ['class' => 'supportbridge-quiet'], $this->until($package))
        );
    }

    private function left(Package $package): string
    {
        $values = [
            'left' => $package->available($this->kit->now),
            'coins' => max($package->coins, $package->posted),
            'held' => $package->held,
        ];

        return $this->kit->say($package->held > 0 ? 'package_left_held' : 'package_left', $values);
    }

    private function until(Package $package): Html
    {
        $day = $this->kit->language->pick($package->usableUntilText)[0];

        return Html::of('span', [], $this->kit->say('package_' . $package->stateAt($this->kit->now), [
            'day' => "\u{2068}" . $day . "\u{2069}",
        ]));
    }

    private function bar(Package $package): Html
    {
        $whole = max($package->coins, $package->posted, 1);
        $available = intdiv($package->available($this->kit->now) * self::LENGTH, $whole);
        $held = intdiv($package->held * self::LENGTH, $whole);

        return Html::of(
            'svg',
            [
                'class' => 'supportbridge-bar',
                'role' => 'img',
                'aria-label' => $this->left($package),
                'viewBox' => '0 0 ' . self::LENGTH . ' ' . self::HEIGHT,
                'preserveAspectRatio' => 'none',
                'focusable' => 'false',
            ],
            self::length('left', 0, $available),
            self::length('held', $available, $held)
        );
    }

    private static function length(string $kind, int $begin, int $length): ?Html
    {
        return $length === 0 ? null : Html::of('rect', [
            'class' => 'supportbridge-bar__' . $kind,
            'x' => $begin,
            'width' => $length,
            'height' => self::HEIGHT,
        ]);
    }
}
