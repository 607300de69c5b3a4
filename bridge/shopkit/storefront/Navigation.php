<?php

namespace SupportBridge;

/**
 * The ways between the views of the page.
 */
final class Navigation
{
    private const VIEWS = ['' => 'nav_overview', 'tickets' => 'nav_tickets', 'licences' => 'nav_licences',
        'premium' => 'nav_premium', 'statement' => 'nav_statement', 'claim' => 'nav_claim'];

    /** What waits there for the customer's decision. */
    private const WAITING = ['tickets' => 'offers_waiting', 'premium' => 'agreements_waiting'];

    /** The views that belong to another one. */
    private const WITHIN = ['thread' => 'tickets', 'ticket' => 'tickets'];

    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * @param string $view the one that is shown
     * @param array<string, int> $waiting how much waits for the customer's decision, by the view it stands in
     * @param string[] $empty the views that would lead to nothing
     */
    public function html(string $view, array $waiting, array $empty): Html
    {
        $items = [];
        foreach (self::VIEWS as $name => $text) {
            if ($view !== $name && in_array($name, $empty, true)) {
                continue;
            }
            $current = $view === $name ? 'page' : ((self::WITHIN[$view] ?? null) === $name ? 'true' : null);
            $address = $this->kit->address($name === '' ? [] : ['view' => $name]);
            $attributes = ['href' => $address, 'class' => 'supportbridge-nav__link', 'aria-current' => $current];
            $count = $waiting[$name] ?? 0;
            $badge = $count > 0 ? $this->kit->badge($count, self::WAITING[$name]) : null;
            $items[] = Html::of('li', [], Html::of('a', $attributes, $this->kit->say($text), $badge));
        }
        $attributes = ['class' => 'supportbridge-nav', 'aria-label' => $this->kit->say('nav')];

        return Html::of('nav', $attributes, Html::of('ul', ['class' => 'supportbridge-nav__list'], ...$items));
    }
}
