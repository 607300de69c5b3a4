<?php

namespace SupportBridge;

/**
 * The right to one extension, as the desk wrote it (rules L1, L5, L6).
 *
 * It believes that its row says nothing that changes by itself: whether it has ended, and how often a domain may still be
 * released, the clock decides. An address that a browser would not simply open is none.
 */
final class Licence
{
    public const TERMS = ['licence', 'updates', 'support'];

    private const SUSPENSIONS = ['suspended', 'refunded'];
    private const DAY = 86400;

    /** That of the desk that wrote it. */
    public int $epoch;

    public int $id;

    public string $key;

    /** The product's key in the vendor's settings. */
    public string $product;

    /** @var array<string, string> */
    public array $name;

    public ?int $order;

    /** @var array<string, array{at: int, text: array<string, string>}|null> by term its last day, null for good */
    public array $ends = [];

    /** On how many domains it may be used; null on any number. */
    public ?int $places;

    /** @var array<string, int> since when it is used on each domain */
    public array $domains = [];

    /** @var array<string, string> how those are read whose name is written in letters of its own language */
    private array $letters = [];

    /** Where a renewal is sold; empty for nowhere. */
    public string $renewUrl;

    /** How often its owner may release a domain himself, in so many days. */
    public int $mostReleases;

    public int $releaseDays;

    /** The last second in which it counts; null for good. */
    public ?int $until;

    private ?string $suspended;

    private ?int $expiringFrom;

    /** @var int[] when its owner released one */
    private array $releases = [];

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->epoch = $fields->amount('epoch');
        $this->id = $fields->amount('licence');
        $this->key = $fields->text('key');
        $this->product = $fields->text('product');
        $this->name = $fields->texts('name');
        $this->order = $fields->amountIfAny('order');
        $this->suspended = $fields->has('suspended') ? $fields->word('suspended', self::SUSPENSIONS) : null;
        $this->until = $fields->amountIfAny('until');
        $this->expiringFrom = $fields->amountIfAny('expiring_from');
        foreach (self::TERMS as $term) {
            $end = $fields->has($term . '_until') ? $fields->part($term . '_until') : null;
            $this->ends[$term] = $end === null ? null : ['at' => $end->amount('at'), 'text' => $end->texts('text')];
        }
        $this->places = $fields->amountIfAny('places');
        foreach ($fields->each('domains') as $domain) {
            $name = $domain->text('domain');
            $this->domains[$name] = $domain->amount('since');
            $this->letters[$name] = $domain->has('name') ? $domain->text('name') : $name;
        }
        $url = $fields->text('renew_url');
        $this->renewUrl = preg_match('#\Ahttps?://[^\s<>"]+\z#i', $url) === 1 ? $url : '';
        $releases = $fields->part('releases');
        $this->mostReleases = $releases->amount('most');
        $this->releaseDays = $releases->amount('days');
        foreach ($releases->collection('used') as $at) {
            if (!is_int($at)) {
                throw $fields->malformed('releases');
            }
            $this->releases[] = $at;
        }
    }

    /**
     * How it stands at a moment; its last second counts whole.
     */
    public function stateAt(int $now): string
    {
        if ($this->suspended !== null) {
            return $this->suspended;
        }
        if ($this->until !== null && $now > $this->until) {
            return 'expired';
        }

        return $this->expiringFrom !== null && $now >= $this->expiringFrom ? 'expiring' : 'active';
    }

    /**
     * How that is said: where the extension may be used beyond it, it is help with it that ends.
     */
    public function wordAt(int $now): string
    {
        $state = $this->stateAt($now);
        $use = $this->ends['licence'];
        $goesOn = $this->until !== null && ($use === null || $use['at'] > $this->until);

        return 'licence_' . $state . ($goesOn && in_array($state, ['expiring', 'expired'], true) ? '_help' : '');
    }

    /**
     * Whether it counts: the extension works, and help is free.
     */
    public function counts(int $now): bool
    {
        return in_array($this->stateAt($now), ['active', 'expiring'], true);
    }

    /**
     * How often its owner may still release a domain himself.
     */
    public function releasesLeft(int $now): int
    {
        $since = $now - $this->releaseDays * self::DAY;
        $used = array_filter($this->releases, static function (int $at) use ($since): bool {
            return $at > $since;
        });

        return max($this->mostReleases - count($used), 0);
    }

    /**
     * A domain that it is used on, as people read it.
     */
    public function inLetters(string $domain): string
    {
        return $this->letters[$domain];
    }

    public function isUsedOn(string $domain): bool
    {
        return isset($this->domains[$domain]);
    }
}
