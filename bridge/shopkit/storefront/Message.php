<?php

namespace SupportBridge;

/**
 * One message of a ticket's thread, as the desk wrote it, once its signature has been checked.
 *
 * A person's own words are in no language; the desk's own sentences, such as a change of state, are in several. Staff's
 * notes and names are never in one.
 */
final class Message
{
    private const AUTHORS = ['customer', 'staff', 'bridge'];

    /** That of the desk that wrote it. */
    public int $epoch;

    /** The ticket that it belongs to. */
    public int $ticket;

    /** Its place in the thread, from 1 on. */
    public int $number;

    public int $at;

    /** The thousandths of that second, by which messages of one second have an order. */
    public int $ms;

    /** `customer`, `staff`, or `bridge` for what the desk itself tells. */
    public string $by;

    /** Whether it was written on our page by the customer who is logged in (rule T11). */
    public bool $verified;

    /** @var array<int, array{file: string, name: string, size: int, type: string}> */
    public array $files = [];

    /** @var array<string, string> by language; a person's own words are in none, and erased ones are gone */
    private array $text;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->epoch = $fields->amount('epoch');
        $this->ticket = $fields->amount('ticket');
        $this->number = $fields->amount('number');
        $this->at = $fields->amount('at');
        $this->ms = $fields->has('ms') ? $fields->amount('ms') : 0;
        $this->by = $fields->word('by', self::AUTHORS);
        $this->verified = $fields->flag('verified');
        $this->text = $fields->textsIfAny('text');
        foreach ($fields->each('files') as $file) {
            $this->files[] = [
                'file' => $file->text('file'),
                'name' => $file->text('name'),
                'size' => $file->amount('size'),
                'type' => $file->text('type'),
            ];
        }
    }

    /**
     * Its words for a reader and the language they are in, empty where that is not known.
     *
     * @return array{0: string, 1: string}
     */
    public function wording(Language $language): array
    {
        return isset($this->text['']) ? [$this->text[''], ''] : $language->pick($this->text);
    }

    /**
     * The file of that number, null where the message has none such.
     *
     * @return array{file: string, name: string, size: int, type: string}|null
     */
    public function file(string $uuid): ?array
    {
        foreach ($this->files as $file) {
            if ($file['file'] === $uuid) {
                return $file;
            }
        }

        return null;
    }
}
