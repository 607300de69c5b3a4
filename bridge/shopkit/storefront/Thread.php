<?php

namespace SupportBridge;

/**
 * One page of a ticket's messages, in order: the first page has the newest.
 */
final class Thread
{
    public const MESSAGES_A_PAGE = 50;

    public int $page;

    /** @var Message[] those that can be shown */
    public array $messages;

    /** How many of this page cannot. */
    public int $missing;

    public bool $hasOlder;

    /**
     * @param Message[] $messages
     */
    public function __construct(Ticket $ticket, int $page, array $messages)
    {
        [$first, $last] = self::numbers($ticket, $page);
        $this->page = $page;
        $this->messages = $messages;
        $this->missing = max(0, $last - $first + 1 - count($messages));
        $this->hasOlder = $first > 1;
    }

    /**
     * The numbers of the first and the last message of a page; of none where there is no such page.
     *
     * @param int $page from 1 on
     *
     * @return array{0: int, 1: int}
     */
    public static function numbers(Ticket $ticket, int $page): array
    {
        $last = $ticket->messages - ($page - 1) * self::MESSAGES_A_PAGE;

        return $last < 1 ? [1, 0] : [max(1, $last - self::MESSAGES_A_PAGE + 1), $last];
    }
}
