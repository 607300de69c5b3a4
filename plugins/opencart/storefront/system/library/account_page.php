<?php

namespace Opencart\System\Library\Extension\Supportbridge;

/**
 * Where on the account page the block goes.
 *
 * It believes: a theme marks its content by `id="content"`, and what the shop puts on top of it comes first. 4.1 has a
 * heading for the whole page, 3.0 and 4.0 only one for each group of links.
 */
class AccountPage
{
    /**
     * The page with the block at the head of its content: below the page's heading, or else below what is on top; a
     * theme without a content gets it before its footer.
     *
     * @param array<string, mixed> $data what the page was made of
     *
     * @throws \SupportBridge\Problem
     */
    public static function withBlock(string $block, string $page, array $data): string
    {
        $content = strpos($page, 'id="content"');
        $begin = $content === false ? false : strpos($page, '>', $content);
        if ($begin !== false) {
            $place = self::after(self::part($data, 'content_top'), $page, $begin + 1);
            $heading = stripos($page, '</h1>', $place);

            return substr_replace($page, $block, $heading === false ? $place : $heading + strlen('</h1>'), 0);
        }
        $footer = self::part($data, 'footer');
        $before = $footer === '' ? false : strrpos($page, $footer);
        if ($before === false) {
            throw new \SupportBridge\Problem('the theme\'s account page has neither a content nor a footer to go by');
        }

        return substr_replace($page, $block, $before, 0);
    }

    private static function after(string $part, string $page, int $from): int
    {
        $found = $part === '' ? false : strpos($page, $part, $from);

        return $found === false ? $from : $found + strlen($part);
    }

    /**
     * @param array<string, mixed> $data
     */
    private static function part(array $data, string $name): string
    {
        return isset($data[$name]) && is_string($data[$name]) ? trim($data[$name]) : '';
    }
}
