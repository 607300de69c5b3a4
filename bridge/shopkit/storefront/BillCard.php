<?php

namespace SupportBridge;

/**
 * One statement: each line as hours × rate = amount, the total, how it stands, and what can be said to it (rule W8).
 */
final class BillCard
{
    private const ROWS = 4;

    private PageKit $kit;

    private bool $canSend;

    /** @var array<int, true> the statements about which something lies in the desk's inbox */
    private array $undecided;

    /** What was typed to dispute one and came back. */
    private ?Form $returned;

    /**
     * @param Posted[]|null $waiting what has been sent and not been answered, null where nothing can be sent
     */
    public function __construct(PageKit $kit, ?array $waiting, ?Form $returned)
    {
        $this->kit = $kit;
        $this->canSend = $waiting !== null;
        $this->returned = $returned !== null && $returned->kind === 'bill_dispute' ? $returned : null;
        $this->undecided = Posted::about($waiting, 'bill');
    }

    public function html(Bill $bill): Html
    {
        $kit = $this->kit;
        $facts = [
            $kit->fact('state', 'agreement_state', $kit->say('bill_' . $bill->standing())),
            $kit->fact('total', 'bill_total', Html::picked($kit->language->pick($bill->total))),
            $kit->fact('sent', 'bill_sent_on', $this->day($bill->sentAt)),
            $bill->billedAt === null ? null : $kit->fact('billed', 'bill_billed_on', $this->day($bill->billedAt)),
            $bill->paidAt === null || $bill->costsNothing ? null : $kit->fact('paid', 'bill_paid_on', $this->day($bill->paidAt)),
        ];
        $number = $kit->say('bill_number', ['bill' => $kit->language->digits((string) $bill->id)]);

        return Html::of(
            'article',
            ['class' => 'supportbridge-card', 'data-supportbridge' => 'bill-' . $bill->id],
            Html::of('h3', ['class' => 'supportbridge-card__title'], $number),
            $this->period($bill),
            $kit->facts(...$facts),
            $this->table($bill),
            $bill->order === null ? null : $kit->paragraph('bill_by_order', [
                'order' => $kit->language->digits((string) $bill->order),
            ]),
            $this->payment($bill),
            $this->disputed($bill),
            ...$this->decision($bill)
        );
    }

    private function day(int $at): Html
    {
        return Html::of('time', ['datetime' => Language::iso($at)], $this->kit->language->day($at));
    }

    private function period(Bill $bill): ?Html
    {
        if ($bill->period === null) {
            return null;
        }
        $language = $this->kit->language;

        return Html::of(
            'p',
            ['class' => 'supportbridge-card__numbers'],
            Html::picked($language->pick($bill->period['from'])),
            ' – ',
            Html::picked($language->pick($bill->period['until']))
        );
    }

    private function table(Bill $bill): Html
    {
        $kit = $this->kit;
        $language = $kit->language;
        $heads = [];
        foreach (['what', 'worked', 'hours', 'rate', 'amount'] as $column) {
            $heads[] = Html::of('th', ['scope' => 'col'], $kit->say('bill_column_' . $column));
        }
        $rows = [];
        foreach ($bill->lines as $place => $line) {
            $rows[] = $this->row('line-' . ($place + 1), [
                'what' => $this->what($line),
                'worked' => $line->worked === [] ? '' : Html::picked($language->pick($line->worked)),
                'hours' => $kit->worded($line->hours),
                'rate' => $kit->worded($line->rate),
                'amount' => Html::picked($language->pick($line->amount)),
            ]);
        }
        $rows[] = $this->row('sum', [
            'what' => Html::of('strong', [], $kit->say('bill_total')),
            'worked' => '',
            'hours' => $kit->worded($bill->hours),
            'rate' => '',
            'amount' => Html::of('strong', [], Html::picked($language->pick($bill->total))),
        ]);

        return Html::of(
            'table',
            ['class' => 'supportbridge-table'],
            Html::of('thead', [], Html::of('tr', [], ...$heads)),
            Html::of('tbody', [], ...$rows)
        );
    }

    /**
     * @param array<string, Html|string> $cells by column; on a telephone an empty one is left out
     */
    private function row(string $name, array $cells): Html
    {
        $row = [];
        foreach ($cells as $column => $content) {
            $class = $column === 'what' ? null : 'supportbridge-table__number';
            $row[] = Html::of('td', [
                'data-label' => $this->kit->say('bill_column_' . $column),
                'class' => $content === '' ? 'supportbridge-table__none' : $class,
            ], Html::of('span', ['class' => 'supportbridge-table__value'], $content));
        }

        return Html::of('tr', ['data-supportbridge' => $name], ...$row);
    }

    private function what(BillLine $line): Html
    {
        $kit = $this->kit;
        $agreement = $kit->say('agreement_number', ['agreement' => $kit->language->digits((string) $line->agreement)]);

        return Html::all([
            Html::picked($kit->language->pick($line->name)),
            Html::of('div', ['class' => 'supportbridge-quiet'], $line->kind === 'correction'
                ? $kit->say('bill_correction', ['agreement' => $agreement])
                : $agreement),
            $line->reason === '' ? null : Html::of('div', ['dir' => 'auto'], Html::unturned($line->reason)),
        ]);
    }

    /**
     * What is to be ordered to pay it, and where.
     */
    private function payment(Bill $bill): ?Html
    {
        if ($bill->pay === null) {
            return null;
        }
        $kit = $this->kit;
        $link = ['href' => $bill->pay['url'], 'class' => 'supportbridge-button'];

        return Html::of(
            'div',
            ['data-supportbridge' => 'pay'],
            $kit->paragraph('bill_pay_by', [
                'code' => "\u{2068}" . $bill->pay['code'] . "\u{2069}",
                'units' => $bill->pay['units'],
            ]),
            $bill->pay['url'] === '' ? null : Html::of('p', [], Html::of('a', $link, $kit->say('bill_pay')))
        );
    }

    private function disputed(Bill $bill): ?Html
    {
        if ($bill->disputed === '') {
            return null;
        }

        return Html::of(
            'details',
            ['class' => 'supportbridge-details'],
            Html::of('summary', [], $this->kit->say('answer_typed')),
            $this->kit->words($bill->disputed, '')
        );
    }

    /**
     * @return Html[]
     */
    private function decision(Bill $bill): array
    {
        $kit = $this->kit;
        if (isset($this->undecided[$bill->id])) {
            return [$kit->notice('offer_undecided')];
        }
        if (!$this->canSend) {
            return [];
        }
        $named = ['bill' => $bill->id, 'text_hash' => $bill->hash];
        $ways = [];
        if ($bill->canBeAccepted()) {
            $ways[] = $kit->form('bill_accept', $named, $kit->submit('bill_accept'));
        }
        if ($bill->canBeDisputed()) {
            $ways[] = $this->dispute($bill, $named);
        }

        return $ways;
    }

    /**
     * @param array<string, string|int> $named
     */
    private function dispute(Bill $bill, array $named): Html
    {
        $kit = $this->kit;
        $isReturned = $this->returned !== null && $this->returned->line('bill') === (string) $bill->id;
        $typed = $isReturned ? $this->returned->text('text') : '';

        return Html::of(
            'details',
            ['class' => 'supportbridge-details', 'open' => $isReturned],
            Html::of('summary', [], $kit->say('bill_dispute')),
            $kit->form(
                'bill_dispute',
                $named,
                $kit->submit('bill_dispute_send', [], false),
                $kit->input('text', 'bill_dispute_text', Deed::LONGEST_DISPUTE, $typed, ['rows' => self::ROWS])
            )
        );
    }
}
