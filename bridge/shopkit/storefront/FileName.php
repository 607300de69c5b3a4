<?php

namespace SupportBridge;

/**
 * What of a file's name is kept and shown, and which files can be sent at all; the desk decides by the same rules.
 *
 * It believes nothing of a name: it can hold a path, characters that are not seen, or marks that turn what follows them
 * so that another type is read. What a file is, its beginning must say too.
 */
final class FileName
{
    public const LONGEST = 100;

    private const TYPES = [
        'png' => 'image/png',
        'jpg' => 'image/jpeg',
        'jpeg' => 'image/jpeg',
        'gif' => 'image/gif',
        'webp' => 'image/webp',
        'pdf' => 'application/pdf',
        'zip' => 'application/zip',
        'txt' => 'text/plain',
        'log' => 'text/plain',
        'csv' => 'text/csv',
    ];
    private const BEGINNINGS = [
        'image/png' => '/\A\x89PNG\r\n\x1A\n/',
        'image/jpeg' => '/\A\xFF\xD8\xFF/',
        'image/gif' => '/\AGIF8[79]a/',
        'image/webp' => '/\ARIFF.{4}WEBP/s',
        'application/pdf' => '/\A%PDF-/',
        'application/zip' => '/\APK(\x03\x04|\x05\x06)/',
    ];

    /** Controls, marks of direction and other characters without a shape, but for the joiners that Persian needs. */
    private const UNSEEN = '/[\p{Cc}\p{Co}\x{2028}\x{2029}]|(?![\x{200C}\x{200D}])\p{Cf}/u';

    /**
     * The last part of it, without what is not seen; never empty, and never one that a system hides.
     */
    public static function shown(string $typed): string
    {
        if (preg_match('//u', $typed) !== 1) {
            $typed = (string) preg_replace('/[^\x20-\x7E]/', '', $typed);
        }
        $parts = explode('/', str_replace('\\', '/', $typed));
        $name = (string) preg_replace(self::UNSEEN, '', end($parts));
        $name = (string) preg_replace('/\A[\s.]+|[\s.]+\z/u', '', (string) preg_replace('/\s+/u', ' ', $name));
        if (self::length($name) > self::LONGEST) {
            $ending = preg_match('/\.[A-Za-z0-9]{1,10}\z/', $name, $found) === 1 ? $found[0] : '';
            preg_match('/\A.{' . (self::LONGEST - strlen($ending)) . '}/us', $name, $found);
            $name = $found[0] . $ending;
        }

        return $name === '' ? 'file' : $name;
    }

    /**
     * The type that a name promises, empty for one that cannot be sent.
     */
    public static function type(string $name): string
    {
        $ending = strtolower((string) pathinfo($name, PATHINFO_EXTENSION));

        return self::TYPES[$ending] ?? '';
    }

    /**
     * Whether a type is one that files of ours have; a browser is told no other.
     */
    public static function isKnown(string $type): bool
    {
        return in_array($type, self::TYPES, true);
    }

    /**
     * Whether a content begins as files of that type do; a text begins as none of them.
     */
    public static function fits(string $type, string $content): bool
    {
        foreach (self::BEGINNINGS as $begun => $beginning) {
            if (preg_match($beginning, substr($content, 0, 16)) === 1) {
                return $begun === $type;
            }
        }

        return !isset(self::BEGINNINGS[$type]);
    }

    /**
     * Whether a content is one that can be read: a text, if it is to be one, is in UTF-8 throughout.
     */
    public static function isReadable(string $type, string $content): bool
    {
        return isset(self::BEGINNINGS[$type]) || (strpos($content, "\0") === false && preg_match('//u', $content) === 1);
    }

    private static function length(string $text): int
    {
        return (int) preg_match_all('/./su', $text);
    }
}
