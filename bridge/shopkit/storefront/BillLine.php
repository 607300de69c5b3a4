<?php

namespace SupportBridge;

/**
 * One line of a statement: the time of an agreement at its rate, or a correction of it.
 */
final class BillLine
{
    private const KINDS = ['time', 'correction'];

    public string $kind;

    public int $agreement;

    /** @var array<string, string> the kind of work */
    public array $name;

    /** @var array<string, string> what an hour costs */
    public array $rate;

    /** @var array<string, string> the hours that are charged, below zero for a correction */
    public array $hours;

    /** @var array<string, string> */
    public array $amount;

    /** @var array<string, string> the raw time, none for a correction */
    public array $worked;

    public int $at;

    /** Why something is corrected; empty for time, and where it was erased. */
    public string $reason;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->kind = $fields->word('kind', self::KINDS);
        $this->agreement = $fields->amount('agreement');
        $this->name = $fields->texts('name');
        $this->rate = $fields->texts('rate');
        $this->hours = $fields->texts('hours');
        $this->amount = $fields->texts('amount');
        $this->worked = $fields->textsIfAny('worked');
        $this->at = $fields->amount('at');
        $this->reason = $fields->text('reason');
    }
}
