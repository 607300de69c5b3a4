<?php

namespace SupportBridge;

/**
 * The statement as a file for a spreadsheet, in the reader's language.
 *
 * It believes: spreadsheets take a file for UTF-8 by its first three bytes, expect a semicolon where a comma is the
 * decimal mark, and run a cell that begins like a formula, some also where its sign is a wide one. So such text gets an
 * apostrophe in front of it; bare numbers do not, a number is no formula. Beside each column for a reader stands one for
 * a machine.
 */
final class StatementFile
{
    private const MARK = "\xEF\xBB\xBF";
    private const SEPARATORS = ['en' => ',', 'ru' => ';', 'fa' => ';'];
    private const LIKE_A_FORMULA = '/\A[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]/u';

    private Language $language;

    private StatementPart $words;

    public function __construct(Language $language, StatementPart $words)
    {
        $this->language = $language;
        $this->words = $words;
    }

    /**
     * @param Entry[] $entries all of them, the oldest first
     */
    public function content(array $entries): string
    {
        $lines = [$this->head()];
        foreach ($entries as $entry) {
            $lines[] = $this->line($entry);
        }
        $separator = self::SEPARATORS[$this->language->code()];
        $content = self::MARK;
        foreach ($lines as $cells) {
            $content .= implode($separator, array_map([self::class, 'cell'], $cells)) . "\r\n";
        }

        return $content;
    }

    /**
     * @return string[]
     */
    private function head(): array
    {
        $head = [];
        foreach (['number', 'date', 'what', 'coins', 'held', 'balance', 'balance_held'] as $column) {
            $head[] = $this->language->say('column_' . $column);
            $head[] = $column === 'what' ? 'kind' : ($column === 'date' ? 'time_iso' : $column);
        }
        foreach (['order', 'quote', 'ticket'] as $column) {
            $head[] = $column;
        }
        foreach (['for', 'reason', 'packages'] as $column) {
            $head[] = $this->language->say('column_' . $column);
        }

        return $head;
    }

    /**
     * @return array<int, string|int|null>
     */
    private function line(Entry $entry): array
    {
        $language = $this->language;
        $line = [
            $language->digits((string) $entry->number), $entry->number,
            $language->moment($entry->at), Language::iso($entry->at),
            $language->say('entry_' . $entry->kind), $entry->kind,
        ];
        foreach ([$entry->coins, $entry->held, $entry->coinsAfter, $entry->heldAfter] as $amount) {
            $line[] = $language->amount($amount);
            $line[] = $amount;
        }

        return array_merge($line, [
            $entry->order, $entry->quote, $entry->ticket,
            $this->words->purpose($entry), $entry->reason, $this->words->packages($entry),
        ]);
    }

    /**
     * @param string|int|null $value
     */
    private static function cell($value): string
    {
        $text = (string) $value;
        if (is_string($value) && preg_match(self::LIKE_A_FORMULA, $text) === 1) {
            $text = "'" . $text;
        }

        return preg_match('/[",;\s]/u', $text) === 1 ? '"' . str_replace('"', '""', $text) . '"' : $text;
    }
}
