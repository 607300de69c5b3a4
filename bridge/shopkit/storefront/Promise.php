<?php

namespace SupportBridge;

/**
 * Until when a ticket is answered: what is guaranteed and what is only aimed at, apart, as the desk worked them out when
 * the ticket was opened (rule T8), and when the next answer is due now.
 */
final class Promise
{
    /** @var array<string, string>|null by language; null where nothing is guaranteed */
    public ?array $guaranteed = null;

    /** @var array<string, string>|null by language; null where there is none */
    public ?array $bestEffort = null;

    public ?int $due = null;

    /**
     * @throws Problem
     */
    public function __construct(?Fields $fields)
    {
        if ($fields === null) {
            return;
        }
        $this->guaranteed = self::wording($fields, 'guaranteed');
        $this->bestEffort = self::wording($fields, 'best_effort');
        $this->due = $fields->has('due') ? $fields->amount('due') : null;
    }

    /**
     * @return array<string, string>|null
     *
     * @throws Problem
     */
    private static function wording(Fields $fields, string $name): ?array
    {
        return $fields->has($name) ? $fields->part($name)->texts('text') : null;
    }
}
