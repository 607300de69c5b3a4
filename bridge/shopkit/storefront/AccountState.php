<?php

namespace SupportBridge;

/**
 * What a customer's account comes to at one moment.
 */
final class AccountState
{
    public int $available;

    public int $held;

    public bool $frozen;

    /** The plan's key, null without a plan. */
    public ?string $planKey;

    /** @var array<string, string>|null the plan's name by language, null without a plan */
    public ?array $plan;

    /** @var array<string, string>|null the last usable day by language, null if no coins wait to expire */
    public ?array $nextExpiry;

    /** @var Right[] those that the plan in force carries (rule P1) */
    public array $rights;

    /**
     * @param array<string, string>|null $plan
     * @param array<string, string>|null $nextExpiry
     * @param Right[] $rights
     */
    public function __construct(
        int $available,
        int $held,
        bool $frozen,
        ?string $planKey,
        ?array $plan,
        ?array $nextExpiry,
        array $rights
    ) {
        $this->available = $available;
        $this->held = $held;
        $this->frozen = $frozen;
        $this->planKey = $planKey;
        $this->plan = $plan;
        $this->nextExpiry = $nextExpiry;
        $this->rights = $rights;
    }
}
