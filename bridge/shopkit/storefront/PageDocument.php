<?php

namespace SupportBridge;

/**
 * What the desk says to every customer of the store: its plans, when each is served, and where each can be bought.
 */
final class PageDocument
{
    /** @var Plan[] the best one last */
    public array $plans = [];

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        foreach ($fields->each('plans') as $plan) {
            $this->plans[] = new Plan($plan);
        }
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
