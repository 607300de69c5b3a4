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

    /** @var Package[] */
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
            $this->packages[] = new Package($package, array_map('strval', array_keys($this->plans)));
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
            if (!$package->isUsable($now)) {
                continue;
            }
            $available += $package->available($now);
            if ($package->revoked) {
                continue;
            }
            $key = $package->plan;
            if ($key !== null && ($plan === null || $this->plans[$key]['rank'] > $this->plans[$plan]['rank'])) {
                $plan = $key;
            }
            if ($package->posted > 0 && ($next === null || $package->usableUntil < $next->usableUntil)) {
                $next = $package;
            }
        }

        return new AccountState(
            $available,
            $this->held,
            $this->frozen,
            $plan,
            $plan === null ? null : $this->plans[$plan]['name'],
            $next === null ? null : $next->usableUntilText,
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
            if ($package->id === $packageId) {
                return $this->planName($package);
            }
        }

        return null;
    }

    /**
     * @return array<string, string>|null by language, null for a package without a plan
     */
    public function planName(Package $package): ?array
    {
        return $package->plan === null ? null : $this->plans[$package->plan]['name'];
    }

    /**
     * The packages that still matter at a moment: usable ones first, in the order in which they end, then ended ones of
     * which coins are still held.
     *
     * @return Package[]
     */
    public function packagesAt(int $now): array
    {
        $shown = array_filter($this->packages, static function (Package $package) use ($now): bool {
            return $package->held > 0 || !$package->revoked && $package->isUsable($now);
        });
        usort($shown, static function (Package $one, Package $other) use ($now): int {
            return [!$one->isUsable($now), $one->usableUntil, $one->id]
                <=> [!$other->isUsable($now), $other->usableUntil, $other->id];
        });

        return $shown;
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
}
