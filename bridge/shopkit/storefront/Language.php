<?php

namespace SupportBridge;

/**
 * How a reader is spoken to: his words, digits and dates.
 *
 * It believes that the shop has set PHP's time zone to its own, as all known shops do, and that neither the `intl` nor
 * the `mbstring` extension can be relied on.
 */
final class Language
{
    private const KNOWN = ['en', 'ru', 'fa'];
    private const FALLBACK = 'en';
    private const RIGHT_TO_LEFT = ['fa'];
    private const PERSIAN_DIGITS = [
        '0' => '۰', '1' => '۱', '2' => '۲', '3' => '۳', '4' => '۴', '5' => '۵', '6' => '۶', '7' => '۷', '8' => '۸', '9' => '۹',
    ];
    private const MONTHS = [
        'en' => ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
            'November', 'December'],
        'ru' => ['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября',
            'ноября', 'декабря'],
        'fa' => ['فروردین', 'اردیبهشت', 'خرداد', 'تیر', 'مرداد', 'شهریور', 'مهر', 'آبان', 'آذر', 'دی', 'بهمن', 'اسفند'],
    ];

    private string $code;

    /** @var array<string, string> */
    private array $words;

    private function __construct(string $code)
    {
        $this->code = $code;
        $this->words = require __DIR__ . '/words-' . $code . '.php';
    }

    /**
     * The language for a shop's code such as "fa", "fa-ir" or "ru_RU"; English for any other.
     */
    public static function of(string $shopCode): self
    {
        $code = strtolower(substr($shopCode, 0, 2));

        return new self(in_array($code, self::KNOWN, true) ? $code : self::FALLBACK);
    }

    public function code(): string
    {
        return $this->code;
    }

    public function direction(): string
    {
        return self::directionOf($this->code);
    }

    public static function directionOf(string $code): string
    {
        return in_array($code, self::RIGHT_TO_LEFT, true) ? 'rtl' : 'ltr';
    }

    /**
     * One of our texts with its blanks filled in; numbers in them appear in the language's digits.
     *
     * @param array<string, string|int> $values
     */
    public function say(string $name, array $values = []): string
    {
        $filled = [];
        foreach ($values as $blank => $value) {
            $filled['{' . $blank . '}'] = is_int($value) ? $this->number($value) : $value;
        }

        return strtr($this->words[$name] ?? $name, $filled);
    }

    public function number(int $number): string
    {
        if ($this->code === 'fa') {
            return strtr(number_format($number, 0, '', '٬'), self::PERSIAN_DIGITS);
        }

        return number_format($number, 0, '', $this->code === 'ru' ? "\u{00A0}" : ',');
    }

    /**
     * A number that is a name and not an amount, such as an order's: without marks between its digits.
     */
    public function digits(string $digits): string
    {
        return $this->code === 'fa' ? strtr($digits, self::PERSIAN_DIGITS) : $digits;
    }

    /**
     * An amount that was added or taken, with its sign.
     */
    public function change(int $number): string
    {
        return $number > 0 ? $this->signed('+', $number) : $this->amount($number);
    }

    /**
     * An amount that may be below 0. The sign is a minus, not a hyphen, so that no spreadsheet takes it for a formula.
     */
    public function amount(int $number): string
    {
        return $number < 0 ? $this->signed('−', -$number) : $this->number($number);
    }

    /**
     * In Persian too the sign stands to the left of its digits, which takes a mark of direction.
     */
    private function signed(string $sign, int $number): string
    {
        return ($this->code === 'fa' ? "\u{200E}" : '') . $sign . $this->number($number);
    }

    /**
     * A day in the shop's zone, as the desk writes it too: "21 November 2027".
     */
    public function day(int $at): string
    {
        $local = self::local($at);
        $day = [(int) $local->format('Y'), (int) $local->format('n'), (int) $local->format('j')];
        if ($this->code === 'fa') {
            $day = Jalali::of($day[0], $day[1], $day[2]);
        }
        $text = $day[2] . ' ' . self::MONTHS[$this->code][$day[1] - 1] . ' ' . $day[0];

        return $this->digits($this->code === 'ru' ? $text . ' г.' : $text);
    }

    public function moment(int $at): string
    {
        $time = self::local($at)->format('H:i');

        return $this->say('moment', ['day' => $this->day($at), 'time' => $this->digits($time)]);
    }

    /**
     * The same moment for a machine: "2027-11-21T23:59:59+03:30".
     */
    public static function iso(int $at): string
    {
        return self::local($at)->format('Y-m-d\TH:i:sP');
    }

    /**
     * A text in the reader's language, else in English, else in whichever it has; and the language it is in.
     *
     * @param array<string, string>|null $texts
     *
     * @return array{0: string, 1: string}
     */
    public function pick(?array $texts): array
    {
        if ($texts === null || $texts === []) {
            return ['', $this->code];
        }
        foreach ([$this->code, self::FALLBACK] as $wanted) {
            if (isset($texts[$wanted])) {
                return [$texts[$wanted], $wanted];
            }
        }

        return [reset($texts), (string) key($texts)];
    }

    /**
     * What a reader typed, with Persian and Arabic digits as a machine writes them.
     */
    public static function plainDigits(string $typed): string
    {
        $plain = array_flip(self::PERSIAN_DIGITS);
        foreach (['٠', '١', '٢', '٣', '٤', '٥', '٦', '٧', '٨', '٩'] as $digit => $arabic) {
            $plain[$arabic] = (string) $digit;
        }

        return strtr($typed, array_map('strval', $plain));
    }

    private static function local(int $at): \DateTimeImmutable
    {
        return (new \DateTimeImmutable('@' . $at))->setTimezone(new \DateTimeZone(date_default_timezone_get()));
    }
}
