<?php

namespace SupportBridge;

/**
 * What the desk has last said of itself to this shop, once its signature has been checked.
 *
 * It believes that a desk reports every five minutes, and at once when its state changes; so one that has been silent for
 * three times as long is not running, or cannot reach the shop. A desk of an earlier version never reports.
 */
final class DeskStatus
{
    private const LATE_SECONDS = 900;

    /** By how much two machines' clocks may differ without anybody being told. */
    private const CLOCKS_DIFFER_SECONDS = 300;

    public int $at;

    public string $version;

    /** As the desk names it; a later one may know more than we do. */
    public string $state;

    public int $problems;

    /** Unix time, null where it has read none yet. */
    public ?int $lastOrderRead;

    /**
     * @throws Problem
     */
    private function __construct(Fields $fields)
    {
        $this->at = $fields->amount('at');
        $this->version = $fields->text('version');
        $this->state = $fields->text('state');
        $this->problems = $fields->amount('problems');
        $this->lastOrderRead = $fields->has('last_order_read') ? $fields->amount('last_order_read') : null;
    }

    /**
     * Null where the desk has left no report.
     *
     * @throws Problem
     */
    public static function read(SignedRows $rows): ?self
    {
        $fields = $rows->meta('status');

        return $fields === null ? null : new self($fields);
    }

    /**
     * How long ago it reported, in seconds.
     */
    public function age(int $now): int
    {
        return max(0, $now - $this->at);
    }

    public function isLate(int $now): bool
    {
        return $this->age($now) > self::LATE_SECONDS;
    }

    public function isAheadOf(int $now): bool
    {
        return $this->at - $now > self::CLOCKS_DIFFER_SECONDS;
    }

    /**
     * Whether the desk, when it reported, had read orders shortly before.
     */
    public function readsOrders(): bool
    {
        return $this->lastOrderRead !== null && $this->at - $this->lastOrderRead <= self::LATE_SECONDS;
    }
}
