<?php

namespace SupportBridge;

/**
 * What is said to the shop's staff: the platform's own texts, with blanks filled in the reader's digits and dates.
 */
final class AdminWords
{
    private const MINUTE = 60;
    private const HOUR = 3600;
    private const DAY = 86400;

    private Language $language;

    /** @var callable(string): string */
    private $text;

    /**
     * @param callable(string): string $text a text of the platform's language files by its name
     */
    public function __construct(Language $language, callable $text)
    {
        $this->language = $language;
        $this->text = $text;
    }

    public function language(): Language
    {
        return $this->language;
    }

    /**
     * @param array<string, string|int> $values
     */
    public function say(string $name, array $values = []): string
    {
        $filled = [];
        foreach ($values as $blank => $value) {
            $filled['{' . $blank . '}'] = is_int($value) ? $this->language->number($value) : $value;
        }

        return strtr(($this->text)($name), $filled);
    }

    /**
     * How long ago something was, in its largest fitting unit, so that no unit stands at one.
     */
    public function age(int $seconds): string
    {
        if ($seconds < 2 * self::MINUTE) {
            return $this->say('age_now');
        }
        if ($seconds < 2 * self::HOUR) {
            return $this->say('age_minutes', ['count' => intdiv($seconds, self::MINUTE)]);
        }
        if ($seconds < 2 * self::DAY) {
            return $this->say('age_hours', ['count' => intdiv($seconds, self::HOUR)]);
        }

        return $this->say('age_days', ['count' => intdiv($seconds, self::DAY)]);
    }
}
