<?php

namespace SupportBridge;

/**
 * The fields of a document that has been signed: what must be there, of the right type, or the document is not shown.
 *
 * A signature only proves who wrote the bytes, not that this version of the extension understands them.
 */
final class Fields
{
    private const VERSION = 1;
    private const DEEPEST = 8;

    private string $what;

    /** @var array<int|string, mixed> */
    private array $values;

    /**
     * @param array<int|string, mixed> $values
     */
    private function __construct(string $what, array $values)
    {
        $this->what = $what;
        $this->values = $values;
    }

    /**
     * @throws Problem for a payload that is no document of this store in the version that we know
     */
    public static function of(string $what, string $payload, string $store): self
    {
        $document = json_decode($payload, true, self::DEEPEST);
        if (!is_array($document)) {
            throw new Problem('the ' . $what . ' is not readable');
        }
        $version = $document['v'] ?? null;
        if ($version !== self::VERSION) {
            $newer = is_int($version) && $version > self::VERSION;
            throw new Problem(
                'the ' . $what . ' is of a version that this extension does not know; update it',
                $newer ? Problem::NEWER_VERSION : 0
            );
        }
        if (($document['store'] ?? null) !== $store) {
            throw new Problem('the ' . $what . ' belongs to another store');
        }

        return new self($what, $document);
    }

    /**
     * @throws Problem unless it is this customer's
     */
    public function requireCustomer(int $customerId): void
    {
        if (($this->values['customer'] ?? null) !== $customerId) {
            throw new Problem('the ' . $this->what . ' belongs to another customer');
        }
    }

    /**
     * @param int|string $value what the document must say of itself, because its row does
     *
     * @throws Problem
     */
    public function require(string $name, $value): void
    {
        if (($this->values[$name] ?? null) !== $value) {
            throw new Problem('the ' . $this->what . ' and its row differ in "' . $name . '"');
        }
    }

    public function has(string $name): bool
    {
        return isset($this->values[$name]);
    }

    /**
     * A whole number from 0 on; far from where a sum of them could overflow.
     */
    public function amount(string $name): int
    {
        $value = $this->change($name);
        if ($value < 0) {
            throw $this->malformed($name);
        }

        return $value;
    }

    /**
     * A whole number, also below 0.
     */
    public function change(string $name): int
    {
        $value = $this->values[$name] ?? null;
        if (!is_int($value) || abs($value) > 1000000000000) {
            throw $this->malformed($name);
        }

        return $value;
    }

    /**
     * A whole number from 0 on, null where there is none.
     */
    public function amountIfAny(string $name): ?int
    {
        return $this->has($name) ? $this->amount($name) : null;
    }

    /**
     * The number of the ticket that it is about, where it says one; desks before 0.5.0 called it a request.
     */
    public function ticket(): ?int
    {
        foreach (['ticket', 'request'] as $name) {
            if ($this->has($name)) {
                return $this->amount($name);
            }
        }

        return null;
    }

    public function flag(string $name): bool
    {
        $value = $this->values[$name] ?? null;
        if (!is_bool($value)) {
            throw $this->malformed($name);
        }

        return $value;
    }

    public function text(string $name): string
    {
        $value = $this->values[$name] ?? null;
        if (!is_string($value)) {
            throw $this->malformed($name);
        }

        return $value;
    }

    /**
     * @param string[] $words
     */
    public function word(string $name, array $words): string
    {
        $value = $this->text($name);
        if (!in_array($value, $words, true)) {
            throw $this->malformed($name);
        }

        return $value;
    }

    /**
     * One text in at least one language.
     *
     * @return array<string, string>
     */
    public function texts(string $name): array
    {
        $texts = $this->textsIfAny($name);
        if ($texts === []) {
            throw $this->malformed($name);
        }

        return $texts;
    }

    /**
     * One text in the languages that have it, which may be none.
     *
     * @return array<string, string>
     */
    public function textsIfAny(string $name): array
    {
        $texts = [];
        foreach ($this->collection($name) as $language => $text) {
            if (is_string($language) && is_string($text) && $text !== '') {
                $texts[$language] = $text;
            }
        }

        return $texts;
    }

    /**
     * @return string[]
     */
    public function words(string $name): array
    {
        $words = $this->collection($name);
        if (array_filter($words, 'is_string') !== $words) {
            throw $this->malformed($name);
        }

        return array_values($words);
    }

    /**
     * @return array<int|string, mixed>
     */
    public function collection(string $name): array
    {
        $value = $this->values[$name] ?? null;
        if (!is_array($value)) {
            throw $this->malformed($name);
        }

        return $value;
    }

    /**
     * The documents within this one, by their keys.
     *
     * @return array<int|string, Fields>
     */
    public function each(string $name): array
    {
        $parts = [];
        foreach ($this->collection($name) as $key => $part) {
            if (!is_array($part)) {
                throw $this->malformed($name);
            }
            $parts[$key] = new self($this->what, $part);
        }

        return $parts;
    }

    /**
     * A document within this one.
     */
    public function part(string $name): self
    {
        return new self($this->what, $this->collection($name));
    }

    public function malformed(string $name): Problem
    {
        return new Problem('the ' . $this->what . ' has no usable "' . $name . '"');
    }
}
