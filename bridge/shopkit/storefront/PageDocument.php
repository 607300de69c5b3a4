<?php

namespace SupportBridge;

/**
 * What the desk says to every customer of the store: its plans, when each is served, where each can be bought, and what
 * premium time costs.
 */
final class PageDocument
{
    /** @var Plan[] the best one last */
    public array $plans = [];

    /** Null where none is sold. */
    public ?PremiumTerms $premium;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        foreach ($fields->each('plans') as $plan) {
            $this->plans[] = new Plan($plan);
        }
        $this->premium = $fields->has('premium') ? new PremiumTerms($fields->part('premium')) : null;
    }

    public function plan(?string $code): ?Plan
    {
        foreach ($this->plans as $plan) {
            if ($plan->code === $code) {
                return $plan;
            }
        }

        return null;
    }
}
