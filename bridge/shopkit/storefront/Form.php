<?php

namespace SupportBridge;

/**
 * A form that came back: what kind it is, the number it was given, and what was typed.
 *
 * The fields' names have a prefix, because some shops give a meaning to common ones.
 */
final class Form
{
    public const PREFIX = 'supportbridge_';

    public string $kind;

    public string $uuid;

    public string $token;

    /** @var array<string, string> */
    private array $typed = [];

    /**
     * @param array<string, mixed> $post
     */
    public function __construct(array $post)
    {
        foreach ($post as $name => $value) {
            if (is_string($name) && is_string($value) && strpos($name, self::PREFIX) === 0) {
                $this->typed[substr($name, strlen(self::PREFIX))] = $value;
            }
        }
        $this->kind = $this->line('kind');
        $this->uuid = $this->line('uuid');
        $this->token = $this->line('token');
    }

    /**
     * One line, without blanks around it; empty if the field is missing or no text.
     */
    public function line(string $name): string
    {
        return self::trimmed((string) preg_replace('/\s+/u', ' ', $this->clean($name)));
    }

    /**
     * Several lines, each ended as on Unix.
     */
    public function text(string $name): string
    {
        return self::trimmed($this->clean($name));
    }

    /**
     * Without any kind of blank at its ends, so that a text of blanks alone is none.
     *
     * The pattern has one place to begin at and goes back from the end once: a search for the blanks at the end would
     * begin anew at every blank within, which takes a PHP without a compiler for patterns the square of their number. So
     * many at the end that even PHP's limit is reached stay: the text is too long in any case.
     */
    private static function trimmed(string $text): string
    {
        $found = preg_match('/\A[\s\p{Z}]*+((?:.*[^\s\p{Z}])?+)/su', $text, $parts);

        return $found === 1 ? $parts[1] : $text;
    }

    /**
     * Without control characters, which no keyboard writes; bytes that are no UTF-8 make it empty.
     */
    private function clean(string $name): string
    {
        $lines = str_replace(["\r\n", "\r"], "\n", $this->typed[$name] ?? '');

        return (string) preg_replace('/[\x00-\x08\x0B-\x1F\x7F-\x{9F}]/u', '', $lines);
    }
}
