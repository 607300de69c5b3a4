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
     * The values a template shows; `plan` and `next_expiry` are empty where there is none.
     *
     * Without an account there is only the way to the customer's own page.
     *
     * @return array<string, mixed>
     */
    public static function of(?AccountState $state, string $language): array
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
            'text_page' => $reader->say('page_link'),
        ];
    }
}
