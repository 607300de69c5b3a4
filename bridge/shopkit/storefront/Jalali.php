<?php

namespace SupportBridge;

/**
 * The Persian calendar, by its cycle of 33 years, which agrees with the sky from 1925 to 2087.
 */
final class Jalali
{
    private const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

    /**
     * @return array{0: int, 1: int, 2: int} year, month from 1 on, day
     */
    public static function of(int $year, int $month, int $day): array
    {
        $leapsTo = $month > 2 ? $year + 1 : $year;
        $days = 355666 + 365 * $year + $day + self::DAYS_BEFORE_MONTH[$month - 1]
            + intdiv($leapsTo + 3, 4) - intdiv($leapsTo + 99, 100) + intdiv($leapsTo + 399, 400);
        $found = -1595 + 33 * intdiv($days, 12053);
        $days %= 12053;
        $found += 4 * intdiv($days, 1461);
        $days %= 1461;
        if ($days > 365) {
            $found += intdiv($days - 1, 365);
            $days = ($days - 1) % 365;
        }
        if ($days < 186) {
            return [$found, 1 + intdiv($days, 31), 1 + $days % 31];
        }

        return [$found, 7 + intdiv($days - 186, 30), 1 + ($days - 186) % 30];
    }
}
