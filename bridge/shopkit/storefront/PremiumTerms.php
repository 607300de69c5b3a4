<?php

namespace SupportBridge;

/**
 * What the desk says to everybody of premium time: what an hour of each kind costs, and where a chat can be linked.
 */
final class PremiumTerms
{
    /** @var array<int, array{name: array<string, string>, rate: array<string, string>}> */
    public array $kinds = [];

    /** Whether there is a chat that can be linked with an account. */
    public bool $hasChat;

    /** @var string[] the numbers that everybody may write to; never the one that is only told in the chat (rule W2) */
    public array $numbers;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        foreach ($fields->each('kinds') as $kind) {
            $this->kinds[] = ['name' => $kind->texts('name'), 'rate' => $kind->texts('rate')];
        }
        $this->hasChat = $fields->flag('chat');
        $this->numbers = $fields->words('numbers');
    }
}
