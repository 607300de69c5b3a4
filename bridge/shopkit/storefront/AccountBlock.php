<?php

namespace SupportBridge;

/**
 * An account in a reader's language, as plain text for a template.
 *
 * Nothing here is escaped: the template does that, once, for every value.
 */
final class AccountBlock
{
    /**
     * The block's language for a shop's language code such as "fa", "fa-ir" or "ru_RU".
     */
    public static function language(string $code): string
    {
        return Language::of($code)->code();
    }

    /**
     * The values of a customer's block now (Unix time); null for a customer without an account in a shop that has
     * nothing else for him either.
     *
     * Offers that cannot be read are not counted, and the log is told why: the coins are worth showing without them.
     *
     * @param callable(string): void $log writes one line into the shop's log
     *
     * @return array<string, mixed>|null
     *
     * @throws Problem
     */
    public static function read(
        Tables $tables,
        KeyFile $key,
        int $customerId,
        int $now,
        string $language,
        callable $log
    ): ?array {
        $account = AccountReader::by($tables)->document($key, $customerId);
        $documents = new Documents($tables, $key, $log);
        $documents->notBefore($account === null ? 0 : $account->epoch);
        try {
            $quotes = $documents->quotes($customerId);
        } catch (Problem $problem) {
            $log('waiting offers are not counted: ' . $problem->getMessage());
            $quotes = [];
        }
        if ($account === null) {
            $isReady = $quotes !== null && Inspection::isDeskReady($tables->database(), $tables->prefix());
            if (!$isReady) {
                return null;
            }
        }
        $waiting = array_filter($quotes ?? [], static function (Quote $quote) use ($now): bool {
            return $quote->isOpen($now);
        });

        return self::of($account === null ? null : $account->at($now), $language, count($waiting));
    }

    /**
     * The values a template shows; `plan` and `next_expiry` are empty where there is none.
     *
     * Without an account there is only the way to the customer's own page; `waiting` is empty where no offer waits.
     *
     * @return array<string, mixed>
     */
    public static function of(?AccountState $state, string $language, int $waiting = 0): array
    {
        $reader = Language::of($language);
        $plan = $reader->pick($state === null ? null : $state->plan);
        $nextExpiry = $reader->pick($state === null ? null : $state->nextExpiry);

        return [
            'language' => $language,
            'direction' => $reader->direction(),
            'has_account' => $state !== null,
            'available' => $reader->number($state === null ? 0 : $state->available),
            'held' => $reader->number($state === null ? 0 : $state->held),
            'frozen' => $state !== null && $state->frozen,
            'plan' => $plan[0],
            'plan_language' => $plan[1],
            'next_expiry' => $nextExpiry[0],
            'next_expiry_language' => $nextExpiry[1],
            'waiting' => $waiting === 0 ? '' : $reader->number($waiting),
            'text_waiting' => $reader->say('offers_waiting', ['count' => $waiting]),
            'text_tickets' => $reader->say('nav_tickets'),
            'text_page' => $reader->say('page_link'),
        ];
    }
}
