<?php

namespace SupportBridge;

/**
 * What the shop's staff see beside an order or a customer: coins, plan, waiting offers, open tickets and licences, to
 * read only.
 *
 * It believes that the page is the shop's and not ours: it asks a few rows by their keys, stops at the first question
 * that fails, and says so instead. What it gives is plain text; the template escapes every value, once.
 */
final class AdminPanel
{
    private Tables $tables;

    private string $keyFolder;

    private AdminWords $words;

    /** @var callable(string): void */
    private $log;

    /**
     * @param callable(string): void $log writes one line into the shop's log
     */
    public function __construct(
        Database $database,
        string $prefix,
        string $keyFolder,
        AdminWords $words,
        callable $log
    ) {
        $this->tables = new Tables($database, $prefix);
        $this->keyFolder = $keyFolder;
        $this->words = $words;
        $this->log = $log;
    }

    /**
     * The panels beside an order: one, or none for a guest's order and in a shop that no desk serves.
     *
     * @return array<int, array<string, mixed>>
     */
    public function ofOrder(int $shopId, int $customerId, int $now): array
    {
        if ($customerId <= 0) {
            return [];
        }
        try {
            $key = KeyFile::forShop($this->keyFolder, $shopId);
        } catch (Problem $problem) {
            $usable = count(KeyFile::stores($this->keyFolder, null));
            $allUsable = $usable > 0 && $usable === count(KeyFile::names($this->keyFolder));

            return $allUsable && KeyFile::stores($this->keyFolder, $shopId) === [] ? [] : [$this->problem($problem)];
        }

        return [$this->ofStore($key, $customerId, $now) ?? $this->nothing()];
    }

    /**
     * The panels beside a customer, who may have coins of several of the database's shops; those without any are left
     * out, unless none has any.
     *
     * @param int[]|null $shopIds the shops that who looks may see; null for all of them
     *
     * @return array<int, array<string, mixed>>
     */
    public function ofCustomer(int $customerId, int $now, ?array $shopIds = null): array
    {
        if ($customerId <= 0) {
            return [];
        }
        $all = KeyFile::stores($this->keyFolder, null);
        if ($all === []) {
            return [$this->problem($this->whyNoKey())];
        }
        $stores = $shopIds === null ? $all : $this->storesOf($shopIds);
        if ($stores === []) {
            return [];
        }
        $panels = [];
        foreach ($stores as $store) {
            try {
                $panel = $this->ofStore(
                    KeyFile::read($this->keyFolder, 'supportbridge-' . $store . '.php'),
                    $customerId,
                    $now
                );
            } catch (Problem $problem) {
                $panel = $this->problem($problem);
            }
            if ($panel !== null) {
                $heading = count($stores) > 1 ? ['heading' => $panel['heading'] . ' · ' . $store] : [];
                $panels[] = $heading + $panel;
            }
        }

        if ($panels === []) {
            return [$this->nothing(count($stores) < count($all) ? 'panel_nothing_here' : 'panel_nothing')];
        }

        return $panels;
    }

    /**
     * The stores that serve these shops; where nobody can tell which of several it is, all of them.
     *
     * @param int[] $shopIds
     *
     * @return string[] in the order of their names
     */
    private function storesOf(array $shopIds): array
    {
        $stores = [];
        foreach ($shopIds as $shopId) {
            try {
                $stores[] = KeyFile::forShop($this->keyFolder, $shopId)->store();
            } catch (Problem $problem) {
                $stores = array_merge($stores, KeyFile::stores($this->keyFolder, $shopId));
            }
        }
        $stores = array_values(array_unique($stores));
        sort($stores);

        return $stores;
    }

    private function whyNoKey(): Problem
    {
        foreach (KeyFile::names($this->keyFolder) as $name) {
            try {
                KeyFile::read($this->keyFolder, $name);
            } catch (Problem $problem) {
                return $problem;
            }
        }

        return new Problem('there is no key file');
    }

    /**
     * Null where the desk knows nothing of the customer.
     *
     * @return array<string, mixed>|null
     */
    private function ofStore(KeyFile $key, int $customerId, int $now): ?array
    {
        try {
            $reader = new AccountReader($this->tables->database(), $this->tables->prefix(), $this->keyFolder);
            $account = $reader->document($key, $customerId);
            $documents = new Documents($this->tables, $key, $this->log);
            if ($account !== null) {
                $documents->notBefore($account->epoch);
            }
            $quotes = $documents->quotes($customerId) ?? [];
            $ids = $documents->tickets->ids($customerId);
            $goingOn = $documents->tickets->ids($customerId, true) ?? [];
            $licences = $documents->licences->some(
                $customerId,
                $documents->licences->ids($customerId, PanelLists::MOST_LICENCES) ?? []
            );
            if ($account === null && $quotes === [] && ($ids ?? []) === [] && $licences === []) {
                return null;
            }
            $looked = PanelLists::lookedAt($goingOn, $quotes);
            $tickets = $documents->tickets->some($customerId, $looked);
        } catch (Problem $problem) {
            return $this->problem($problem);
        }
        $status = null;
        $isOlder = false;
        try {
            $status = DeskStatus::read($documents->rows());
            $isOlder = $status === null && $ids === [];
        } catch (Problem $problem) { // the coins are right all the same
            ($this->log)('the panel for staff does not say whether the desk is there: ' . $problem->getMessage());
        }
        $state = $account === null ? null : $account->at($now);
        $notices = [];
        if ($state !== null && $state->frozen) {
            $notices[] = $this->words->say('panel_frozen');
        }
        if ($status !== null && $status->isLate($now)) {
            $notices[] = $this->words->say('panel_late', ['age' => $this->words->age($status->age($now))]);
        }
        if ($ids === null) {
            $notices[] = $this->words->say('panel_older_shop');
        } elseif ($isOlder) {
            $notices[] = $this->words->say('panel_older_desk');
        }
        $lists = new PanelLists($this->words, $now);
        $isTold = $ids !== null && !$isOlder; // no number is better than one that nobody has counted
        $open = $isTold ? $lists->open($tickets, count($looked) < count($goingOn)) : null;

        return [
            'notices' => $notices,
            'facts' => $state === null ? [] : $this->facts($state),
            'lists' => array_values(array_filter([$lists->waiting($quotes), $open, $lists->licences($licences)])),
            'note' => $this->words->say('panel_checked'),
        ] + $this->frame();
    }

    /**
     * @return array<int, array{name: string, label: string, text: string, language: string}>
     */
    private function facts(AccountState $state): array
    {
        $reader = $this->words->language();
        $own = $reader->code();
        $plan = $state->plan === null ? [$this->words->say('panel_no_plan'), $own] : $reader->pick($state->plan);
        $expiry = $state->nextExpiry === null
            ? [$this->words->say('panel_no_expiry'), $own]
            : $reader->pick($state->nextExpiry);
        $facts = [];
        foreach ([
            'available' => [$reader->amount($state->available), $own],
            'held' => [$reader->amount($state->held), $own],
            'plan' => $plan,
            'expiry' => $expiry,
        ] as $name => $shown) {
            $label = $this->words->say('panel_' . $name);
            $facts[] = ['name' => $name, 'label' => $label, 'text' => $shown[0], 'language' => $shown[1]];
        }

        return $facts;
    }

    /**
     * @return array<string, mixed>
     */
    private function nothing(string $text = 'panel_nothing'): array
    {
        return ['note' => $this->words->say($text)] + $this->frame();
    }

    /**
     * Instead of coins, why there are none; the log has it too.
     *
     * @return array<string, mixed>
     */
    private function problem(Problem $problem): array
    {
        ($this->log)('the panel for staff shows no coins: ' . $problem->getMessage());

        return [
            'notices' => [$this->words->say('panel_problem') . ' ' . $problem->getMessage()],
            'troubled' => true,
        ] + $this->frame();
    }

    /**
     * What every panel has.
     *
     * @return array<string, mixed>
     */
    private function frame(): array
    {
        return [
            'heading' => $this->words->say('panel_heading'),
            'language' => $this->words->language()->code(),
            'direction' => $this->words->language()->direction(),
            'status' => $this->words->say('panel_status'),
            'troubled' => false,
            'notices' => [],
            'facts' => [],
            'lists' => [],
            'note' => '',
        ];
    }
}
