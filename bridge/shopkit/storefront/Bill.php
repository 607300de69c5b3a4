<?php

namespace SupportBridge;

/**
 * A statement of premium time, as the desk wrote it (rules W6, W8).
 *
 * Amounts and hours come in words, each line as the desk has worked it out: nothing is added up here. The hash names the
 * statement that is shown; who accepts or disputes it sends it back.
 */
final class Bill
{
    private const STATES = ['sent', 'accepted', 'disputed', 'billed', 'paid'];

    /** That of the desk that wrote it. */
    public int $epoch;

    public int $id;

    public string $state;

    /** @var array{from: array<string, string>, until: array<string, string>}|null the days of a month's, by language */
    public ?array $period = null;

    /** @var BillLine[] */
    public array $lines = [];

    /** @var array<string, string> all hours that are charged */
    public array $hours;

    /** @var array<string, string> */
    public array $total;

    /** Whether it comes to nothing, as after a correction of all of it. */
    public bool $costsNothing;

    /** @var array{code: string, units: int, url: string}|null the product that pays it where it is due, and how many */
    public ?array $pay = null;

    public string $hash;

    public int $sentAt;

    public ?int $billedAt;

    public ?int $paidAt;

    /** The order that it was paid by, where it was by one. */
    public ?int $order;

    /** What the customer wrote of a statement that he disputes; empty where he does not, or where it was erased. */
    public string $disputed;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->epoch = $fields->amount('epoch');
        $this->id = $fields->amount('bill');
        $this->state = $fields->word('state', self::STATES);
        if ($fields->has('period')) {
            $period = $fields->part('period');
            $this->period = ['from' => $period->texts('from'), 'until' => $period->texts('until')];
        }
        foreach ($fields->each('lines') as $line) {
            $this->lines[] = new BillLine($line);
        }
        $this->hours = $fields->texts('hours');
        $this->total = $fields->texts('total');
        $this->costsNothing = $fields->flag('costs_nothing');
        if ($fields->has('pay')) {
            $pay = $fields->part('pay');
            $url = $pay->text('url');
            $this->pay = [
                'code' => $pay->text('code'),
                'units' => $pay->amount('units'),
                'url' => preg_match('#\Ahttps?://[^\s<>"]+\z#i', $url) === 1 ? $url : '',
            ];
        }
        $this->hash = $fields->text('text_hash');
        $this->sentAt = $fields->amount('sent_at');
        $this->billedAt = $fields->amountIfAny('billed_at');
        $this->paidAt = $fields->amountIfAny('paid_at');
        $this->order = $fields->amountIfAny('order');
        $this->disputed = $fields->text('disputed');
    }

    public function canBeAccepted(): bool
    {
        return in_array($this->state, ['sent', 'disputed'], true);
    }

    public function canBeDisputed(): bool
    {
        return in_array($this->state, ['sent', 'accepted', 'billed'], true);
    }

    /**
     * How it stands, as its customer reads it: of a bill that comes to nothing, nothing is to be paid.
     */
    public function standing(): string
    {
        return $this->costsNothing && in_array($this->state, ['billed', 'paid'], true) ? 'free' : $this->state;
    }

    /**
     * Whether it is the customer's turn: he has not said yet what he thinks of it, or he has not paid it.
     */
    public function waits(): bool
    {
        return in_array($this->standing(), ['sent', 'billed'], true);
    }

    /**
     * Whether something is still to come.
     */
    public function isCurrent(): bool
    {
        return $this->state !== 'paid';
    }
}
