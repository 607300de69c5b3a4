<?php

namespace SupportBridge;

/**
 * Several quotes: those about which something can still happen, and the earlier ones folded away.
 */
final class OffersPart
{
    private PageKit $kit;

    private OfferCard $card;

    public function __construct(PageKit $kit, OfferCard $card)
    {
        $this->kit = $kit;
        $this->card = $card;
    }

    /**
     * With what a customer can do about them now.
     */
    public static function of(PageKit $kit, CustomerFacts $facts): self
    {
        $waiting = $facts->canSend() ? $facts->waiting() : null;

        return new self($kit, new OfferCard($kit, $facts->available(), $facts->isFrozen(), $waiting));
    }

    /**
     * That offers or prices were left out which only a newer extension can read.
     */
    public static function leftOut(PageKit $kit, SignedRows $rows): ?Html
    {
        return $rows->hasNewer('quote') || $rows->hasNewer('price') ? $kit->notice('newer') : null;
    }

    /**
     * @param Quote[] $quotes
     * @param bool $inThread whether the thread of their ticket stands beside them
     */
    public function html(array $quotes, bool $inThread = false): ?Html
    {
        $current = [];
        $earlier = [];
        foreach ($quotes as $quote) {
            if ($quote->isCurrent($this->kit->now)) {
                $current[] = $this->card->html($quote, !$inThread);
            } else {
                $earlier[] = $this->card->html($quote, !$inThread);
            }
        }
        if ($current === [] && $earlier === []) {
            return null;
        }
        $rest = $earlier === [] ? null : Html::of(
            'details',
            ['class' => 'supportbridge-details', 'open' => $current === []],
            Html::of('summary', [], $this->kit->say('offers_earlier', ['count' => count($earlier)])),
            ...$earlier
        );

        return $this->kit->section('offers', 'offers', ...$current, ...[$rest]);
    }
}
