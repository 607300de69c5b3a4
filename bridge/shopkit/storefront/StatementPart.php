<?php

namespace SupportBridge;

/**
 * The customer's statement: every entry with the balance after it, what is held apart, and what paid (rule C18).
 */
final class StatementPart
{
    private const ENTRIES_A_PAGE = 50;

    private PageKit $kit;

    private AccountDocument $account;

    public function __construct(PageKit $kit, AccountDocument $account)
    {
        $this->kit = $kit;
        $this->account = $account;
    }

    /**
     * A page of entries, the newest first, before the entry of that number; 0 for the newest page.
     *
     * @param Entry[] $entries all of them, the oldest first
     */
    public function html(array $entries, StatementFilter $filter, int $before): Html
    {
        $kit = $this->kit;
        $wanted = array_filter($entries, static function (Entry $entry) use ($filter, $before): bool {
            return $filter->shows($entry) && ($before === 0 || $entry->number < $before);
        });
        $shown = array_slice(array_reverse($wanted), 0, self::ENTRIES_A_PAGE);
        $last = end($shown);
        $older = count($wanted) > count($shown)
            ? ['view' => 'statement', 'before' => $last->number] + $filter->parameters()
            : null;

        return $kit->section(
            'statement',
            'statement',
            $entries === [] ? null : Html::of('p', [], $kit->button('statement_csv', ['view' => 'csv'])),
            $entries === [] ? null : $filter->html($kit, $this->packageIds($entries)),
            $shown === [] ? $kit->paragraph('statement_empty') : $this->table($shown),
            $older === null ? null : Html::of('p', [], $kit->button('statement_older', $older))
        );
    }

    /**
     * The packages that can be asked for, the newest first: an ended one is in the entries, not in the account.
     *
     * @param Entry[] $entries
     *
     * @return int[]
     */
    private function packageIds(array $entries): array
    {
        $ids = [];
        foreach ($entries as $entry) {
            foreach ($entry->packages as $package) {
                $ids[$package['id']] = $package['id'];
            }
        }
        rsort($ids);

        return $ids;
    }

    /**
     * What an entry was for: its order, offer and ticket, as far as it has them; empty for none.
     */
    public function purpose(Entry $entry): string
    {
        $parts = [];
        $numbers = ['order' => $entry->order, 'quote' => $entry->quote, 'ticket' => $entry->ticket];
        foreach ($numbers as $name => $number) {
            if ($number !== null) {
                $digits = $this->kit->language->digits((string) $number);
                $parts[] = $this->kit->say('entry_' . $name, ['number' => $digits]);
            }
        }

        return implode(' · ', $parts);
    }

    /**
     * The packages that an entry moved, each with what it moved there: posted and held coins.
     */
    public function packages(Entry $entry): string
    {
        $language = $this->kit->language;
        $parts = [];
        foreach ($entry->packages as $package) {
            $name = $language->pick($this->account->planOfPackage($package['id']))[0];
            $moved = [];
            if ($package['coins'] !== 0) {
                $moved[] = $language->change($package['coins']);
            }
            if ($package['held'] !== 0) {
                $moved[] = $language->say('entry_held', ['coins' => $language->change($package['held'])]);
            }
            $numbered = $language->digits((string) $package['id']);
            $parts[] = trim($language->say('entry_package', ['number' => $numbered]) . ' ' . $name)
                . ($moved === [] ? '' : ': ' . implode($language->say('comma'), $moved));
        }

        return implode($language->say('semicolon'), $parts);
    }

    /**
     * @param Entry[] $entries
     */
    private function table(array $entries): Html
    {
        $kit = $this->kit;
        $columns = ['date', 'what', 'coins', 'held', 'balance', 'balance_held', 'packages'];
        $heads = [];
        foreach ($columns as $column) {
            $heads[] = Html::of('th', ['scope' => 'col'], $kit->say('column_' . $column));
        }
        $rows = [];
        foreach ($entries as $entry) {
            $cells = [];
            foreach ($this->cells($entry) as $column => $content) {
                $number = in_array($column, ['coins', 'held', 'balance', 'balance_held'], true);
                $cells[] = Html::of('td', [
                    'data-label' => $kit->say('column_' . $column),
                    'class' => $number ? 'supportbridge-table__number' : null,
                ], Html::of('span', ['class' => 'supportbridge-table__value'], $content));
            }
            $rows[] = Html::of('tr', ['data-supportbridge' => 'entry-' . $entry->number], ...$cells);
        }

        return Html::of(
            'table',
            ['class' => 'supportbridge-table'],
            Html::of('thead', [], Html::of('tr', [], ...$heads)),
            Html::of('tbody', [], ...$rows)
        );
    }

    /**
     * @return array<string, Html|string>
     */
    private function cells(Entry $entry): array
    {
        $language = $this->kit->language;
        $purpose = $this->purpose($entry);
        $reason = $entry->reason === '' ? null : Html::of('div', ['dir' => 'auto'], Html::unturned($entry->reason));

        return [
            'date' => Html::of('time', ['datetime' => Language::iso($entry->at)], $language->moment($entry->at)),
            'what' => Html::all([
                $language->say('entry_' . $entry->kind),
                $purpose === '' ? null : Html::of('div', [], $purpose),
                $reason,
            ]),
            'coins' => Html::of('bdi', [], $language->change($entry->coins)),
            'held' => Html::of('bdi', [], $language->change($entry->held)),
            'balance' => $language->number($entry->coinsAfter),
            'balance_held' => $language->number($entry->heldAfter),
            'packages' => $this->packages($entry),
        ];
    }
}
