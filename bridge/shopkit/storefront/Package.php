<?php

namespace SupportBridge;

/**
 * One package of an account, as its document states it.
 */
final class Package
{
    public int $id;

    /** The key of the plan that it was bought as, null for none. */
    public ?string $plan;

    /** How many coins it had when it was granted. */
    public int $coins;

    public int $posted;

    public int $held;

    public bool $revoked;

    /** Its last second. */
    public int $usableUntil;

    /** @var array<string, string> the last day by language */
    public array $usableUntilText;

    /**
     * @param string[] $plans the plans that the document names
     *
     * @throws Problem
     */
    public function __construct(Fields $fields, array $plans)
    {
        $this->id = $fields->amount('id');
        $this->plan = $fields->has('plan') ? $fields->word('plan', $plans) : null;
        $this->coins = $fields->has('coins') ? $fields->amount('coins') : 0;
        $this->posted = $fields->amount('posted');
        $this->held = $fields->amount('held');
        $this->revoked = $fields->flag('revoked');
        $this->usableUntil = $fields->amount('usable_until');
        $this->usableUntilText = $fields->texts('usable_until_text');
        if ($this->held > $this->posted) {
            throw $fields->malformed('held');
        }
    }

    /**
     * Whether its coins can be used; its last second counts whole (rule C5).
     */
    public function isUsable(int $now): bool
    {
        return $this->usableUntil >= $now;
    }

    /**
     * How it stands: `active`, `used` up, `expired` or `revoked`.
     */
    public function stateAt(int $now): string
    {
        if ($this->revoked) {
            return 'revoked';
        }
        if (!$this->isUsable($now)) {
            return 'expired';
        }

        return $this->posted > 0 ? 'active' : 'used';
    }

    /**
     * Coins that can be spent now.
     */
    public function available(int $now): int
    {
        return $this->isUsable($now) ? $this->posted - $this->held : 0;
    }
}
