<?php

namespace SupportBridge;

/**
 * A piece of a page that is safe to print.
 *
 * It believes nothing of a string: whatever is put into it as text or as an attribute is escaped here, once. Only pieces
 * made by this class go in as they are.
 */
final class Html
{
    private const WITHOUT_END = ['input', 'link', 'meta', 'br'];

    /** Marks that turn the direction of what follows them in their paragraph; some of them end a `bdi` too. */
    private const TURNING = '/[\x{202A}-\x{202E}\x{2066}-\x{2069}]/u';

    private string $source;

    private function __construct(string $source)
    {
        $this->source = $source;
    }

    public function __toString(): string
    {
        return $this->source;
    }

    /**
     * An element; an attribute that is null or false is left out, one that is true stands without a value.
     *
     * @param array<string, string|int|bool|null> $attributes
     * @param Html|string|null ...$content
     */
    public static function of(string $name, array $attributes = [], ...$content): self
    {
        $begin = '<' . $name;
        foreach ($attributes as $key => $value) {
            if ($value === true) {
                $begin .= ' ' . $key;
            } elseif ($value !== null && $value !== false) {
                $begin .= ' ' . $key . '="' . self::escaped((string) $value) . '"';
            }
        }
        if (in_array($name, self::WITHOUT_END, true)) {
            return new self($begin . '/>');
        }

        return new self($begin . '>' . self::all($content) . '</' . $name . '>');
    }

    /**
     * Pieces one after the other; those that are null are left out.
     *
     * @param array<int, Html|string|null> $content
     */
    public static function all(array $content): self
    {
        $source = '';
        foreach ($content as $piece) {
            $source .= $piece instanceof self ? $piece->source : self::escaped((string) $piece);
        }

        return new self($source);
    }

    /**
     * A word that may run in another direction than what stands around it.
     *
     * @param array{0: string, 1: string} $picked a text and its language
     */
    public static function picked(array $picked): self
    {
        return self::of('bdi', ['lang' => $picked[1]], self::unturned($picked[0]));
    }

    /**
     * Somebody's own words as they may stand in a line with others: without marks that would turn what follows them.
     *
     * Words that are shown exactly as they were signed keep theirs, in a paragraph of their own.
     */
    public static function unturned(string $text): string
    {
        return (string) preg_replace(self::TURNING, '', $text);
    }

    private static function escaped(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }
}
