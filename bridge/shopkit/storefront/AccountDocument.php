<?php

namespace SupportBridge;

/**
 * A customer's account as the desk wrote it, once its signature has been checked.
 *
 * It believes that a signature only proves who wrote the bytes: whether they are about this customer of this store, of
 * the account's version that their row names, and of a format this extension knows, is checked here. What the account
 * comes to depends on the clock, not on when the desk last wrote (rule C5).
 */
final class AccountDocument
{
    /** How many entries the account has had. */
    public int $entries;

    /** The digest over the payloads of all of them. */
    public string $digest;

    /** It grows with every desk that takes the place of another. */
    public int $epoch;

    private int $number;

    private int $held;

    private bool $frozen;

    /** @var array<string, array{rank: int, name: array<string, string>}> */
    private array $plans = [];

    /** @var array<int, array<string, mixed>> */
    private array $packages = [];

    /** @var Right[] */
    private array $rights = [];

    /**
     * @throws Problem
     */
    private function __construct(Fields $fields)
    {
        $this->epoch = $fields->amount('epoch');
        $this->number = $fields->amount('number');
        $fields->amount('posted');
        $this->held = $fields->amount('held');
        $this->frozen = $fields->flag('frozen');
        $entries = $fields->part('entries');
        $this->entries = $entries->amount('count');
        $this->digest = $entries->text('digest');
        foreach ($fields->each('plans') as $key => $plan) {
            $this->plans[(string) $key] = ['rank' => $plan->amount('rank'), 'name' => $plan->texts('name')];
        }
        foreach ($fields->each('packages') as $package) {
            $this->packages[] = $this->package($package);
        }
        foreach ($fields->has('rights') ? $fields->each('rights') : [] as $right) {
            $this->rights[] = new Right($right);
        }
    }

    /**
     * @throws Problem
     */
    public static function parse(string $payload, string $store, int $customerId): self
    {
        $fields = Fields::of('account document', $payload, $store);
        $fields->requireCustomer($customerId);

        return new self($fields);
    }

    /**
     * Whether it is the one that belongs under this version: an older one is signed as well, and somebody who writes it
     * back under the newest version could show coins that are spent.
     */
    public function isOfVersion(int $epoch, int $number): bool
    {
        return $this->epoch === $epoch && $this->number === $number;
    }

    /**
     * What the account comes to at a moment (Unix time).
     *
     * A package past its last second counts for nothing, even before the desk has written its expiry (rule C5). The plan
     * is the best of the unexpired, unrevoked packages, also when their coins are used up (rule C6).
     */
    public function at(int $now): AccountState
    {
        $available = 0;
        $plan = null;
        $next = null;
        foreach ($this->packages as $package) {
            if ($package['usable_until'] < $now) {
                continue;
            }
            $available += $package['posted'] - $package['held'];
            if ($package['revoked']) {
                continue;
            }
            $key = $package['plan'];
            if ($key !== null && ($plan === null || $this->plans[$key]['rank'] > $this->plans[$plan]['rank'])) {
                $plan = $key;
            }
            if ($package['posted'] > 0 && ($next === null || $package['usable_until'] < $next['usable_until'])) {
                $next = $package;
            }
        }

        return new AccountState(
            $available,
            $this->held,
            $this->frozen,
            $plan === null ? null : $this->plans[$plan]['name'],
            $next === null ? null : $next['usable_until_text'],
            $this->rightsOf($plan)
        );
    }

    /**
     * The name of the plan that a package was bought as, by language; null where the document does not say it any more.
     *
     * @return array<string, string>|null
     */
    public function planOfPackage(int $packageId): ?array
    {
        foreach ($this->packages as $package) {
            if ($package['id'] === $packageId && $package['plan'] !== null) {
                return $this->plans[$package['plan']]['name'];
            }
        }

        return null;
    }

    /**
     * @return Right[]
     */
    private function rightsOf(?string $plan): array
    {
        return array_values(array_filter($this->rights, static function (Right $right) use ($plan): bool {
            return $plan !== null && in_array($plan, $right->plans, true);
        }));
    }

    /**
     * @return array<string, mixed>
     *
     * @throws Problem
     */
    private function package(Fields $package): array
    {
        $plan = $package->has('plan') ? $package->word('plan', array_map('strval', array_keys($this->plans))) : null;
        $read = [
            'id' => $package->amount('id'),
            'plan' => $plan,
            'posted' => $package->amount('posted'),
            'held' => $package->amount('held'),
            'revoked' => $package->flag('revoked'),
            'usable_until' => $package->amount('usable_until'),
            'usable_until_text' => $package->texts('usable_until_text'),
        ];
        if ($read['held'] > $read['posted']) {
            throw $package->malformed('held');
        }

        return $read;
    }
}
