<?php

namespace SupportBridge;

/**
 * A customer's account as the desk wrote it, once its signature has been checked.
 *
 * It believes that a signature only proves who wrote the bytes: whether they are about this customer of this store, of
 * the account's version that their row names, and of a format this extension knows, is checked here. What the account comes to depends on the clock, not on when the
 * desk last wrote (rule C5).
 */
final class AccountDocument
{
    private const VERSION = 1;
    private const DEEPEST = 8;

    private int $epoch;

    private int $number;

    private int $held;

    private bool $frozen;

    /** @var array<string, array{rank: int, name: array<string, string>}> */
    private array $plans;

    /** @var array<int, array<string, mixed>> */
    private array $packages;

    /**
     * @param array<string, mixed> $document
     *
     * @throws Problem
     */
    private function __construct(array $document)
    {
        $this->epoch = self::amount($document, 'epoch');
        $this->number = self::amount($document, 'number');
        self::amount($document, 'posted');
        $this->held = self::amount($document, 'held');
        $this->frozen = self::flag($document, 'frozen');
        $this->plans = self::plans($document);
        $this->packages = [];
        foreach (self::collection($document, 'packages') as $package) {
            $this->packages[] = $this->package($package);
        }
    }

    /**
     * @throws Problem
     */
    public static function parse(string $payload, string $store, int $customerId): self
    {
        $document = json_decode($payload, true, self::DEEPEST);
        if (!is_array($document)) {
            throw new Problem('the account document is not readable');
        }
        if (($document['v'] ?? null) !== self::VERSION) {
            throw new Problem('the account document is of a version that this extension does not know; update it');
        }
        if (($document['store'] ?? null) !== $store) {
            throw new Problem('the account document belongs to another store');
        }
        if (($document['customer'] ?? null) !== $customerId) {
            throw new Problem('the account document belongs to another customer');
        }

        return new self($document);
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
            if ($package['plan'] !== null && ($plan === null || $this->plans[$package['plan']]['rank'] > $plan['rank'])) {
                $plan = $this->plans[$package['plan']];
            }
            if ($package['posted'] > 0 && ($next === null || $package['usable_until'] < $next['usable_until'])) {
                $next = $package;
            }
        }

        return new AccountState(
            $available,
            $this->held,
            $this->frozen,
            $plan === null ? null : $plan['name'],
            $next === null ? null : $next['usable_until_text']
        );
    }

    /**
     * @param array<string, mixed> $document
     *
     * @return array<string, array{rank: int, name: array<string, string>}>
     *
     * @throws Problem
     */
    private static function plans(array $document): array
    {
        $plans = [];
        foreach (self::collection($document, 'plans') as $key => $plan) {
            if (!is_array($plan)) {
                throw self::malformed('plans');
            }
            $plans[(string) $key] = ['rank' => self::amount($plan, 'rank'), 'name' => self::texts($plan, 'name')];
        }

        return $plans;
    }

    /**
     * @param mixed $package
     *
     * @return array<string, mixed>
     *
     * @throws Problem
     */
    private function package($package): array
    {
        if (!is_array($package) || !array_key_exists('plan', $package)) {
            throw self::malformed('packages');
        }
        $plan = $package['plan'];
        if ($plan !== null && (!is_string($plan) || !isset($this->plans[$plan]))) {
            throw self::malformed('plan');
        }
        $read = [
            'plan' => $plan,
            'posted' => self::amount($package, 'posted'),
            'held' => self::amount($package, 'held'),
            'revoked' => self::flag($package, 'revoked'),
            'usable_until' => self::amount($package, 'usable_until'),
            'usable_until_text' => self::texts($package, 'usable_until_text'),
        ];
        if ($read['held'] > $read['posted']) {
            throw self::malformed('held');
        }

        return $read;
    }

    /**
     * @param array<string, mixed> $document
     *
     * @return array<int|string, mixed>
     *
     * @throws Problem
     */
    private static function collection(array $document, string $name): array
    {
        $value = $document[$name] ?? null;
        if (!is_array($value)) {
            throw self::malformed($name);
        }

        return $value;
    }

    /**
     * A whole number from 0 on; far from where a sum of them could overflow.
     *
     * @param array<string, mixed> $document
     *
     * @throws Problem
     */
    private static function amount(array $document, string $name): int
    {
        $value = $document[$name] ?? null;
        if (!is_int($value) || $value < 0 || $value > 1000000000000) {
            throw self::malformed($name);
        }

        return $value;
    }

    /**
     * @param array<string, mixed> $document
     *
     * @throws Problem
     */
    private static function flag(array $document, string $name): bool
    {
        $value = $document[$name] ?? null;
        if (!is_bool($value)) {
            throw self::malformed($name);
        }

        return $value;
    }

    /**
     * One text in at least one language.
     *
     * @param array<string, mixed> $document
     *
     * @return array<string, string>
     *
     * @throws Problem
     */
    private static function texts(array $document, string $name): array
    {
        $texts = [];
        foreach (self::collection($document, $name) as $language => $text) {
            if (is_string($language) && is_string($text) && $text !== '') {
                $texts[$language] = $text;
            }
        }
        if ($texts === []) {
            throw self::malformed($name);
        }

        return $texts;
    }

    private static function malformed(string $name): Problem
    {
        return new Problem('the account document has no usable "' . $name . '"');
    }
}
