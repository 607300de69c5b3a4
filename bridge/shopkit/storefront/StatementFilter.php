<?php

namespace SupportBridge;

/**
 * Which entries of the statement are shown; the balance beside each is that of the whole account.
 */
final class StatementFilter
{
    private const KINDS = [
        'all' => [],
        'granted' => ['grant', 'reinstate', 'extend'],
        'spent' => ['settle'],
        'held' => ['hold', 'release', 'void'],
        'expired' => ['forfeit', 'revoke'],
    ];

    /** Kinds that go either way: what they add was granted, what they take was spent. */
    private const EITHER = ['correct', 'transfer'];

    public string $kind;

    /** A package's number, 0 for all. */
    public int $package;

    /**
     * Of what stands in the address; what makes no sense filters nothing.
     */
    public function __construct(string $kind, string $package)
    {
        $this->kind = isset(self::KINDS[$kind]) ? $kind : 'all';
        $this->package = preg_match('/\A[0-9]{1,9}\z/', $package) === 1 ? (int) $package : 0;
    }

    public function shows(Entry $entry): bool
    {
        return $this->isOfKind($entry) && ($this->package === 0 || $entry->moves($this->package));
    }

    /**
     * @return array<string, string|int> what of an address says the same
     */
    public function parameters(): array
    {
        return array_filter([
            'kind' => $this->kind === 'all' ? '' : $this->kind,
            'package' => $this->package,
        ]);
    }

    /**
     * The choices, each a way to the same statement.
     *
     * @param int[] $packages the numbers of those that can be chosen
     */
    public function html(PageKit $kit, array $packages): Html
    {
        $kinds = [];
        foreach (array_keys(self::KINDS) as $kind) {
            $kinds[] = $this->choice($kit, $kit->say('filter_' . $kind), new self($kind, (string) $this->package));
        }
        $ways = [$this->choices($kit, 'filter_kind', $kinds)];
        if (count($packages) > 1) {
            $each = [$this->choice($kit, $kit->say('filter_any_package'), new self($this->kind, ''))];
            foreach ($packages as $package) {
                $name = $kit->say('entry_package', ['number' => $kit->language->digits((string) $package)]);
                $each[] = $this->choice($kit, $name, new self($this->kind, (string) $package));
            }
            $ways[] = $this->choices($kit, 'filter_package', $each);
        }

        return Html::all($ways);
    }

    private function isOfKind(Entry $entry): bool
    {
        if ($this->kind === 'all') {
            return true;
        }
        if (in_array($entry->kind, self::EITHER, true)) {
            return $this->kind === ($entry->coins < 0 ? 'spent' : 'granted');
        }

        return in_array($entry->kind, self::KINDS[$this->kind], true);
    }

    private function choice(PageKit $kit, string $text, self $other): Html
    {
        $attributes = [
            'href' => $kit->address(['view' => 'statement'] + $other->parameters()),
            'class' => 'supportbridge-choice',
            'aria-current' => $other == $this ? 'true' : null,
        ];

        return Html::of('li', [], Html::of('a', $attributes, $text));
    }

    /**
     * @param Html[] $items
     */
    private function choices(PageKit $kit, string $label, array $items): Html
    {
        return Html::of(
            'div',
            ['class' => 'supportbridge-choices'],
            Html::of('span', ['class' => 'supportbridge-quiet'], $kit->say($label)),
            Html::of('ul', ['class' => 'supportbridge-choices__list', 'aria-label' => $kit->say($label)], ...$items)
        );
    }
}
