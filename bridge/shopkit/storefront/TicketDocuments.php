<?php

namespace SupportBridge;

/**
 * A customer's tickets and their messages, each row checked to be what it says it is and to be his.
 */
final class TicketDocuments
{
    private const MOST_TICKETS = 1000;

    /**
     * Only the signed text says whether a ticket has ended, so this is a choice of rows to read and nothing more. No text
     * of anybody's can hold these bytes: a quotation mark within one has a backslash before it.
     */
    private const GOING_ON = " AND `payload` NOT LIKE '%\"state\":\"resolved\"%'"
        . " AND `payload` NOT LIKE '%\"state\":\"closed\"%'";

    private SignedRows $rows;

    public function __construct(SignedRows $rows)
    {
        $this->rows = $rows;
    }

    /**
     * The numbers of a customer's tickets, the newest first; null in a shop without such a table.
     *
     * @return int[]|null
     *
     * @throws Problem
     */
    public function ids(int $customerId, bool $onlyGoingOn = false): ?array
    {
        $which = ' AND `customer_id` = ' . $customerId . ($onlyGoingOn ? self::GOING_ON : '')
            . ' ORDER BY `ticket_id` DESC LIMIT ' . self::MOST_TICKETS;
        $rows = $this->rows->all('ticket', $which, '`ticket_id`');

        return $rows === null ? null : array_map('intval', array_column($rows, 'ticket_id'));
    }

    /**
     * Those of a customer's tickets that can be read, in the order that is asked for.
     *
     * @param int[] $ids
     *
     * @return Ticket[]
     *
     * @throws Problem
     */
    public function some(int $customerId, array $ids): array
    {
        if ($ids === []) {
            return [];
        }
        $which = ' AND `customer_id` = ' . $customerId . ' AND `ticket_id` IN (' . implode(', ', $ids) . ')';
        $make = static function (Fields $fields, array $row) use ($customerId): Ticket {
            $fields->requireCustomer($customerId);
            $fields->require('ticket', (int) $row['ticket_id']);

            return new Ticket($fields);
        };
        $found = $this->rows->ofThisDesk($this->rows->documents('ticket', $which, '`ticket_id`', $make) ?? []);
        $place = array_flip($ids);
        usort($found, static function (Ticket $one, Ticket $other) use ($place): int {
            return $place[$one->id] <=> $place[$other->id];
        });

        return $found;
    }

    /**
     * @throws Problem
     */
    public function one(int $customerId, int $ticketId): ?Ticket
    {
        return $this->some($customerId, [$ticketId])[0] ?? null;
    }

    /**
     * A page of a ticket's messages, from 1 on; the first has the newest.
     *
     * @throws Problem
     */
    public function thread(int $customerId, Ticket $ticket, int $page): Thread
    {
        [$first, $last] = Thread::numbers($ticket, $page);
        $which = ' AND `ticket_id` = ' . $ticket->id . ' AND `number` BETWEEN ' . $first . ' AND ' . $last;
        $messages = $last < $first ? [] : $this->messages($customerId, $which . ' ORDER BY `number`');
        // After a restore what was lost is said again later than what came after it: its number is higher, its time is not.
        usort($messages, static function (Message $one, Message $other): int {
            return [$one->at, $one->ms, $one->number] <=> [$other->at, $other->ms, $other->number];
        });

        return new Thread($ticket, $page, $messages);
    }

    /**
     * One message of a ticket, null where there is none.
     *
     * @throws Problem
     */
    public function message(int $customerId, Ticket $ticket, int $number): ?Message
    {
        if ($number > $ticket->messages) {
            return null;
        }
        $which = ' AND `ticket_id` = ' . $ticket->id . ' AND `number` = ' . $number;

        return $this->messages($customerId, $which)[0] ?? null;
    }

    /**
     * When each of these tickets last changed, by its number: that of its last message, or of its opening.
     *
     * @param Ticket[] $tickets
     *
     * @return array<int, int>
     *
     * @throws Problem
     */
    public function lastChanges(int $customerId, array $tickets): array
    {
        $changes = [];
        $last = [];
        foreach ($tickets as $ticket) {
            $changes[$ticket->id] = $ticket->openedAt;
            if ($ticket->messages > 0) {
                $last[] = '(`ticket_id` = ' . $ticket->id . ' AND `number` = ' . $ticket->messages . ')';
            }
        }
        $found = $last === [] ? [] : $this->messages($customerId, ' AND (' . implode(' OR ', $last) . ')');
        foreach ($found as $message) {
            $changes[$message->ticket] = max($changes[$message->ticket], $message->at);
        }

        return $changes;
    }

    /**
     * @return Message[]
     *
     * @throws Problem
     */
    private function messages(int $customerId, string $which): array
    {
        $make = static function (Fields $fields, array $row) use ($customerId): Message {
            $fields->requireCustomer($customerId);
            $fields->require('ticket', (int) $row['ticket_id']);
            $fields->require('version', (int) $row['version']);

            return new Message($fields);
        };
        $which = ' AND `customer_id` = ' . $customerId . $which;

        return $this->rows->ofThisDesk(
            $this->rows->documents('message', $which, '`ticket_id`, `version`', $make) ?? []
        );
    }
}
