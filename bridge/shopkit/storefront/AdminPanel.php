<?php

namespace SupportBridge;

/**
 * What the shop's staff see beside an order or a customer: coins, plan, waiting offers and open requests, to read only.
 *
 * It believes that the page is the shop's and not ours: it asks a few rows by their keys, stops at the first question
 * that fails, and says so instead. What it gives is plain text; the template escapes every value, once.
 */
final class AdminPanel
{
    private const MOST_LISTED = 5;
    private const NEWEST_REQUESTS = 10;

    /** What a request may be at when nobody has to do anything about it now. */
    private const AT_REST = ['request_answered', 'state_lapsed', 'state_settled', 'state_released', 'state_declined',
        'state_withdrawn'];

    /** What it may be at while the customer waits for an answer. */
    private const UNANSWERED = ['request_received', 'request_open'];

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
     * @return array<int, array<string, mixed>>
     */
    public function ofCustomer(int $customerId, int $now): array
    {
        if ($customerId <= 0) {
            return [];
        }
        $stores = KeyFile::stores($this->keyFolder, null);
        if ($stores === []) {
            return [$this->problem($this->whyNoKey())];
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

        return $panels === [] ? [$this->nothing()] : $panels;
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
            $ids = $documents->requestIds($customerId);
            if ($account === null && $quotes === [] && ($ids ?? []) === []) {
                return null;
            }
            $requests = $documents->requests($customerId, array_slice($ids ?? [], 0, self::NEWEST_REQUESTS));
        } catch (Problem $problem) {
            return $this->problem($problem);
        }
        $status = null;
        $isOlder = $ids === null;
        try {
            $status = DeskStatus::read($documents->rows());
            $isOlder = $isOlder || ($status === null && $ids === []);
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
        if ($isOlder) {
            $notices[] = $this->words->say('panel_older_desk');
        }

        return [
            'notices' => $notices,
            'facts' => $state === null ? [] : $this->facts($state),
            'lists' => [$this->waiting($quotes, $now), $this->open($requests, $quotes, $now)],
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
     * The offers that wait for the customer's decision.
     *
     * @param Quote[] $quotes
     *
     * @return array<string, mixed>
     */
    private function waiting(array $quotes, int $now): array
    {
        $lines = [];
        foreach ($quotes as $quote) {
            if ($quote->isOpen($now)) {
                $lines[] = [
                    'text' => $this->words->say('panel_offer', [
                        'number' => $this->words->language()->digits((string) $quote->id),
                        'coins' => $quote->coins,
                        'day' => $this->words->language()->pick($quote->validUntilText)[0],
                    ]),
                    'subject' => $quote->subject,
                ];
            }
        }

        return $this->listed('offers', 'panel_offers', $lines);
    }

    /**
     * The requests that somebody still has something to do about.
     *
     * @param Request[] $requests
     * @param Quote[] $quotes
     *
     * @return array<string, mixed>
     */
    private function open(array $requests, array $quotes, int $now): array
    {
        $lines = [];
        foreach ($requests as $request) {
            $own = array_filter($quotes, static function (Quote $quote) use ($request): bool {
                return $quote->request === $request->id;
            });
            $state = $request->stateAt($now, array_values($own));
            if ($request->messages !== [] && !in_array($state, self::AT_REST, true)) {
                $name = in_array($state, self::UNANSWERED, true) ? 'panel_request_waits' : 'panel_request';
                $number = $this->words->language()->digits((string) $request->id);
                $lines[] = ['text' => $this->words->say($name, ['number' => $number]), 'subject' => $request->subject];
            }
        }

        return $this->listed('requests', 'panel_requests', $lines);
    }

    /**
     * A list with its number; of a long one only the first lines.
     *
     * @param array<int, array{text: string, subject: string}> $lines
     *
     * @return array<string, mixed>
     */
    private function listed(string $name, string $label, array $lines): array
    {
        return [
            'name' => $name,
            'label' => $this->words->say($label),
            'count' => $this->words->language()->number(count($lines)),
            'lines' => array_slice($lines, 0, self::MOST_LISTED),
        ];
    }

    /**
     * @return array<string, mixed>
     */
    private function nothing(): array
    {
        return ['note' => $this->words->say('panel_nothing')] + $this->frame();
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
