<?php

namespace SupportBridge;

/**
 * The ways between the views of the page.
 */
final class Navigation
{
    private const VIEWS = ['' => 'nav_overview', 'tickets' => 'nav_tickets', 'licences' => 'nav_licences',
        'statement' => 'nav_statement', 'claim' => 'nav_claim'];

    /** The views that belong to another one. */
    private const WITHIN = ['thread' => 'tickets', 'ticket' => 'tickets'];

    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * @param string $view the one that is shown
     * @param int $offers how many wait for the customer's decision
     * @param bool $hasLicences false where the way to them would lead to nothing
     */
    public function html(string $view, int $offers, bool $hasLicences): Html
    {
        $items = [];
        foreach (self::VIEWS as $name => $text) {
            if ($name === 'licences' && !$hasLicences && $view !== $name) {
                continue;
            }
            $current = $view === $name ? 'page' : ((self::WITHIN[$view] ?? null) === $name ? 'true' : null);
            $address = $this->kit->address($name === '' ? [] : ['view' => $name]);
            $attributes = ['href' => $address, 'class' => 'supportbridge-nav__link', 'aria-current' => $current];
            $badge = $name === 'tickets' && $offers > 0 ? $this->kit->badge($offers, 'offers_waiting') : null;
            $items[] = Html::of('li', [], Html::of('a', $attributes, $this->kit->say($text), $badge));
        }
        $attributes = ['class' => 'supportbridge-nav', 'aria-label' => $this->kit->say('nav')];

        return Html::of('nav', $attributes, Html::of('ul', ['class' => 'supportbridge-nav__list'], ...$items));
    }
}
