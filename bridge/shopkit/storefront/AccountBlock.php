<?php

namespace SupportBridge;

/**
 * An account in a reader's language, as plain text for a template.
 *
 * Nothing here is escaped: the template does that, once, for every value.
 */
final class AccountBlock
{
    private const LANGUAGES = ['en', 'ru', 'fa'];
    private const FALLBACK = 'en';
    private const RIGHT_TO_LEFT = ['fa'];
    private const PERSIAN_DIGITS = [
        '0' => '۰', '1' => '۱', '2' => '۲', '3' => '۳', '4' => '۴', '5' => '۵', '6' => '۶', '7' => '۷', '8' => '۸', '9' => '۹',
    ];

    /**
     * The block's language for a shop's language code such as "fa", "fa-ir" or "ru_RU".
     */
    public static function language(string $code): string
    {
        $language = strtolower(substr($code, 0, 2));

        return in_array($language, self::LANGUAGES, true) ? $language : self::FALLBACK;
    }

    /**
     * The values a template shows; `plan` and `next_expiry` are empty where there is none.
     *
     * @return array<string, mixed>
     */
    public static function of(AccountState $state, string $language): array
    {
        $plan = self::inLanguage($state->plan, $language);
        $nextExpiry = self::inLanguage($state->nextExpiry, $language);

        return [
            'language' => $language,
            'direction' => in_array($language, self::RIGHT_TO_LEFT, true) ? 'rtl' : 'ltr',
            'available' => self::number($state->available, $language),
            'held' => self::number($state->held, $language),
            'frozen' => $state->frozen,
            'plan' => $plan[0],
            'plan_language' => $plan[1],
            'next_expiry' => $nextExpiry[0],
            'next_expiry_language' => $nextExpiry[1],
        ];
    }

    private static function number(int $number, string $language): string
    {
        if ($language === 'fa') {
            return strtr(number_format($number, 0, '', '٬'), self::PERSIAN_DIGITS);
        }

        return number_format($number, 0, '', $language === 'ru' ? "\u{00A0}" : ',');
    }

    /**
     * A text in the reader's language, else in English, else in whichever it has; and the language it is in.
     *
     * @param array<string, string>|null $texts
     *
     * @return array{0: string, 1: string}
     */
    private static function inLanguage(?array $texts, string $language): array
    {
        if ($texts === null || $texts === []) {
            return ['', $language];
        }
        foreach ([$language, self::FALLBACK] as $wanted) {
            if (isset($texts[$wanted])) {
                return [$texts[$wanted], $wanted];
            }
        }

        return [reset($texts), (string) key($texts)];
    }
}
