<?php

namespace SupportBridge;

/**
 * The documents that the desk has left for the pages: quotes, prices, answers, and what it says to everybody; tickets
 * with their messages, and what else has numbers, have places of their own.
 *
 * Each is checked to be what its row says it is, and to belong to the customer who is asked about.
 */
final class Documents
{
    /**
     * How many are read, of the desk of now those first in which something can still happen, however many newer ones
     * there are: each that is read has its signature checked, and some are asked for on every page of an account.
     *
     * Only the signed text says which, so this is the order of reading and nothing more. No text of anybody's can hold
     * these bytes: a quotation mark within one has a backslash before it.
     */
    private const MOST_QUOTES = 200;
    private const GOING_ON_FIRST = "`epoch` DESC, (`payload` LIKE '%\"state\":\"offered\"%'"
        . " OR `payload` LIKE '%\"state\":\"approved\"%' OR `payload` LIKE '%\"state\":\"started\"%') DESC,"
        . ' `quote_id` DESC';

    /**
     * How many are read, those first that the desk of now lists: what was taken off the list keeps its row for ever.
     */
    private const MOST_PRICES = 500;
    private const UNLISTED_LAST = "`epoch` DESC, `payload` LIKE '%\"listed\":false%', `code`";

    public TicketDocuments $tickets;

    public NumberedDocuments $licences;

    public NumberedDocuments $agreements;

    public NumberedDocuments $bills;

    private SignedRows $rows;

    /**
     * @param callable(string): void $log writes one line into the shop's log
     */
    public function __construct(Tables $tables, KeyFile $key, callable $log)
    {
        $this->rows = new SignedRows($tables, $key, $log);
        $this->tickets = new TicketDocuments($this->rows);
        $this->licences = new NumberedDocuments($this->rows, 'licence', Licence::class);
        $this->agreements = new NumberedDocuments($this->rows, 'agreement', Agreement::class);
        $this->bills = new NumberedDocuments($this->rows, 'bill', Bill::class);
    }

    public function rows(): SignedRows
    {
        return $this->rows;
    }

    /**
     * The desk has written something under this epoch: what stands under a lower one is none of its documents.
     */
    public function notBefore(int $epoch): void
    {
        $this->rows->notBefore($epoch);
    }

    /**
     * A customer's quotes, the newest first, of very many those in which something can still happen and the newest others;
     * null in a shop without such a table.
     *
     * @return Quote[]|null
     *
     * @throws Problem
     */
    public function quotes(int $customerId): ?array
    {
        $which = ' ORDER BY ' . self::GOING_ON_FIRST . ' LIMIT ' . self::MOST_QUOTES;
        $quotes = $this->quotesWhere($customerId, $which);
        if ($quotes === null) {
            return null;
        }
        usort($quotes, static function (Quote $one, Quote $other): int {
            return $other->id <=> $one->id;
        });

        return $quotes;
    }

    /**
     * @throws Problem
     */
    public function quote(int $customerId, int $quoteId): ?Quote
    {
        return $this->quotesWhere($customerId, ' AND `quote_id` = ' . $quoteId)[0] ?? null;
    }

    /**
     * The quotes of one ticket, the newest first, however many others there are.
     *
     * @return Quote[]
     *
     * @throws Problem
     */
    public function quotesOf(int $customerId, Ticket $ticket): array
    {
        $ids = array_slice(array_reverse($ticket->quotes), 0, self::MOST_QUOTES);
        if ($ids === []) {
            return [];
        }
        $quotes = $this->quotesWhere(
            $customerId,
            ' AND `quote_id` IN (' . implode(', ', $ids) . ') ORDER BY `quote_id` DESC'
        );

        return array_values(array_filter($quotes ?? [], static function (Quote $quote) use ($ticket): bool {
            return $quote->ticket === $ticket->id;
        }));
    }

    /**
     * What the price list shows, in its order; null in a shop without such a table.
     *
     * @return Price[]|null
     *
     * @throws Problem
     */
    public function prices(): ?array
    {
        $which = ' ORDER BY ' . self::UNLISTED_LAST . ' LIMIT ' . self::MOST_PRICES;
        $make = static function (Fields $fields, array $row): Price {
            $fields->require('code', (string) $row['code']);

            return new Price($fields);
        };
        $prices = $this->rows->documents('price', $which, '`code`', $make);
        if ($prices === null) {
            return null;
        }
        $prices = array_filter($this->rows->ofThisDesk($prices), static function (Price $price): bool {
            return $price->listed;
        });
        usort($prices, static function (Price $one, Price $other): int {
            return [$one->rank, $one->code] <=> [$other->rank, $other->code];
        });

        return $prices;
    }

    /**
     * @throws Problem
     */
    public function price(string $code): ?Price
    {
        foreach ($this->prices() ?? [] as $price) {
            if ($price->code === $code) {
                return $price;
            }
        }

        return null;
    }

    /**
     * The desk's answer to one row of the inbox, null while there is none.
     *
     * @throws Problem
     */
    public function answer(int $customerId, string $uuid): ?Answer
    {
        $which = ' AND `customer_id` = ' . $customerId . " AND `uuid` = '" . $uuid . "'";
        $make = static function (Fields $fields, array $row) use ($customerId): Answer {
            $fields->requireCustomer($customerId);
            $fields->require('uuid', (string) $row['uuid']);

            return new Answer($fields);
        };

        return ($this->rows->documents('answer', $which, '`uuid`', $make) ?? [])[0] ?? null;
    }

    /**
     * What the desk says to every customer; null where it says nothing yet, because it is an older one.
     *
     * @throws Problem
     */
    public function page(): ?PageDocument
    {
        $fields = $this->rows->meta('page');

        return $fields === null ? null : new PageDocument($fields);
    }

    /**
     * @return Quote[]|null
     *
     * @throws Problem
     */
    private function quotesWhere(int $customerId, string $which): ?array
    {
        $make = static function (Fields $fields, array $row) use ($customerId): Quote {
            $fields->requireCustomer($customerId);
            $fields->require('quote', (int) $row['quote_id']);

            return new Quote($fields);
        };
        $quotes = $this->rows->documents('quote', ' AND `customer_id` = ' . $customerId . $which, '`quote_id`', $make);
        if ($quotes === null) {
            return null;
        }

        return array_values(array_filter($this->rows->ofThisDesk($quotes), static function (Quote $quote): bool {
            return $quote->isShown();
        }));
    }
}
