<?php

namespace SupportBridge;

/**
 * What the views of the page know of the customer; each is read once a request, and only if a view asks for it.
 *
 * What could not be read once is not tried again: it would cost the customer the same wait.
 */
final class CustomerFacts
{
    /** The first version of a desk that takes what customers write on this page. */
    private const SINCE = '0.5.0';

    private const MOST_ORDERS = 20;
    private const MOST_CHOICES = 50;

    public Documents $documents;

    public Inbox $inbox;

    public FileParts $files;

    public int $customerId;

    public int $now;

    private Shop $shop;

    private KeyFile $key;

    /** @var array<string, array{0: mixed, 1: Problem|null}> */
    private array $read = [];

    public function __construct(Shop $shop, KeyFile $key, int $now)
    {
        $tables = new Tables($shop->database(), $shop->prefix());
        $this->shop = $shop;
        $this->key = $key;
        $this->now = $now;
        $this->customerId = $shop->customerId();
        $this->documents = new Documents($tables, $key, [$shop, 'log']);
        $this->inbox = new Inbox($tables, $key, $this->customerId);
        $this->files = new FileParts($tables, $key, $this->customerId);
    }

    public function store(): string
    {
        return $this->key->store();
    }

    /**
     * @throws Problem
     */
    public function account(): ?AccountDocument
    {
        return $this->once('account', function (): ?AccountDocument {
            $reader = new AccountReader($this->shop->database(), $this->shop->prefix(), $this->shop->keyFolder());
            $document = $reader->document($this->key, $this->customerId);
            if ($document !== null) {
                $this->documents->notBefore($document->epoch);
            }

            return $document;
        });
    }

    /**
     * @throws Problem
     */
    public function state(): ?AccountState
    {
        $document = $this->account();

        return $document === null ? null : $document->at($this->now);
    }

    /**
     * Whether he may spend; true also where that is not known, because the desk decides.
     */
    public function isFrozen(): bool
    {
        try {
            $state = $this->state();
        } catch (Problem $problem) { // the part that shows the account says it
            return false;
        }

        return $state !== null && $state->frozen;
    }

    /**
     * How many coins he has to spend, null where that is not known.
     */
    public function available(): ?int
    {
        try {
            $state = $this->state();
        } catch (Problem $problem) { // the part that shows the account says it
            return null;
        }

        return $state === null ? 0 : $state->available;
    }

    /**
     * The entries of his account.
     *
     * @return Entry[]
     *
     * @throws Problem
     */
    public function entries(AccountDocument $account): array
    {
        return (new Books($this->documents->rows()))->entries($this->customerId, $account);
    }

    /**
     * His quotes, the newest first.
     *
     * @return Quote[]
     *
     * @throws Problem
     */
    public function quotes(): array
    {
        return $this->once('quotes', function (): array {
            $this->knowEpoch();

            return $this->documents->quotes($this->customerId) ?? [];
        });
    }

    /**
     * Whether an offer waits for his decision: it can be decided on, and nothing that he did about it is on its way.
     */
    public function isWaiting(Quote $quote): bool
    {
        return $quote->isOpen($this->now) && !isset(Posted::about($this->waiting(), 'quote')[$quote->id]);
    }

    /**
     * How many offers wait for his decision, by the number of their ticket; none where they can't be read.
     *
     * @return array<int, int>
     */
    public function waitingOffers(): array
    {
        $waiting = [];
        try {
            foreach ($this->quotes() as $quote) {
                if ($this->isWaiting($quote)) {
                    $waiting[$quote->ticket] = ($waiting[$quote->ticket] ?? 0) + 1;
                }
            }
        } catch (Problem $problem) { // the view that shows the offers says it
            return [];
        }

        return $waiting;
    }

    /**
     * The numbers of his licences, the newest first.
     *
     * @return int[]
     *
     * @throws Problem
     */
    public function licenceIds(): array
    {
        return $this->once('licences', function (): array {
            $this->knowEpoch();

            return $this->documents->licences->ids($this->customerId) ?? [];
        });
    }

    /**
     * His newest licences, to choose one from; none where they cannot be read: he can write all the same.
     *
     * @return Licence[]
     */
    public function licences(): array
    {
        try {
            $ids = array_slice($this->licenceIds(), 0, self::MOST_CHOICES);

            return $this->documents->licences->some($this->customerId, $ids);
        } catch (Problem $problem) {
            $this->shop->log('the licences to choose from are not shown: ' . $problem->getMessage());

            return [];
        }
    }

    /**
     * Whether there is anything to see of licences.
     */
    public function hasLicences(): bool
    {
        try {
            return $this->licenceIds() !== [];
        } catch (Problem $problem) { // the view of licences says it
            return true;
        }
    }

    /**
     * The numbers of his agreements about premium time, the newest first.
     *
     * @return int[]
     *
     * @throws Problem
     */
    public function agreementIds(): array
    {
        return $this->once('agreements', function (): array {
            $this->knowEpoch();

            return $this->documents->agreements->ids($this->customerId) ?? [];
        });
    }

    /**
     * The numbers of his statements of premium time, the newest first.
     *
     * @return int[]
     *
     * @throws Problem
     */
    public function billIds(): array
    {
        return $this->once('bills', function (): array {
            $this->knowEpoch();

            return $this->documents->bills->ids($this->customerId) ?? [];
        });
    }

    /**
     * His newest agreements; none where they can't be read: the view that shows them says it.
     *
     * @return Agreement[]
     */
    public function agreements(): array
    {
        return $this->once('newest agreements', function (): array {
            try {
                $ids = array_slice($this->agreementIds(), 0, self::MOST_CHOICES);

                return $this->documents->agreements->some($this->customerId, $ids);
            } catch (Problem $problem) {
                return [];
            }
        });
    }

    /**
     * How many of his newest agreements wait for his decision.
     */
    public function waitingAgreements(): int
    {
        $decided = Posted::about($this->waiting(), 'agreement');
        $open = array_filter($this->agreements(), function (Agreement $agreement) use ($decided): bool {
            return $agreement->isOpen($this->now) && !isset($decided[$agreement->id]);
        });

        return count($open);
    }

    /**
     * How many of his newest statements wait to be checked or paid by him; none where they can't be read.
     */
    public function waitingBills(): int
    {
        $said = Posted::about($this->waiting(), 'bill');
        try {
            $ids = array_slice($this->billIds(), 0, self::MOST_CHOICES);
            $bills = $ids === [] ? [] : $this->documents->bills->some($this->customerId, $ids);
        } catch (Problem $problem) { // the view that shows them says it
            return 0;
        }

        return count(array_filter($bills, function (Bill $bill) use ($said): bool {
            return $bill->waits() && !isset($said[$bill->id]);
        }));
    }

    /**
     * Whether there is anything to see of premium time: some of his, or that it is sold.
     */
    public function hasPremium(): bool
    {
        try {
            if ($this->agreementIds() !== [] || $this->billIds() !== []) {
                return true;
            }
            $page = $this->page();

            return $page !== null && $page->premium !== null;
        } catch (Problem $problem) { // the view of premium time says it
            return true;
        }
    }

    /**
     * What the desk says to everybody; null where it is too old to say anything.
     *
     * @throws Problem
     */
    public function page(): ?PageDocument
    {
        return $this->once('page', function (): ?PageDocument {
            $this->knowEpoch();

            return $this->documents->page();
        });
    }

    /**
     * Whether the desk is one that shows no tickets yet.
     */
    public function isDeskOlder(): bool
    {
        try {
            return $this->page() === null;
        } catch (Problem $problem) { // it has written something, so it is not
            return false;
        }
    }

    /**
     * Whether the desk says that it is one which would not understand what a customer writes here.
     */
    public function isDeskDeaf(): bool
    {
        return $this->once('deaf', function (): bool {
            try {
                $status = DeskStatus::read($this->documents->rows());
            } catch (Problem $problem) { // the desk's own answer will say it
                return false;
            }

            return $status !== null && version_compare($status->version, self::SINCE, '<');
        });
    }

    /**
     * What he has sent and what has not been answered; null where nothing can be sent.
     *
     * @return Posted[]|null
     */
    public function waiting(): ?array
    {
        return $this->once('waiting', function (): ?array {
            try {
                return $this->inbox->waiting();
            } catch (Problem $problem) {
                $this->shop->log('the inbox cannot be read: ' . $problem->getMessage());

                return null;
            }
        });
    }

    /**
     * His newest orders, to choose one from; none where the shop's tables cannot be read: he can write all the same.
     *
     * @return OwnOrder[]
     */
    public function orders(): array
    {
        try {
            return $this->shop->orders(self::MOST_ORDERS);
        } catch (Problem $problem) {
            $this->shop->log('the orders to choose from are not shown: ' . $problem->getMessage());

            return [];
        }
    }

    /**
     * What he calls an order of his, its number where the shop does not say it.
     */
    public function orderName(int $orderId): string
    {
        try {
            $order = $this->shop->orders(1, $orderId)[0] ?? null;
        } catch (Problem $problem) { // the number says it too
            $order = null;
        }

        return $order === null ? (string) $orderId : $order->name;
    }

    /**
     * Whether files can be sent with a message: a shop that an earlier version has prepared has no place for them.
     */
    public function takesFiles(): bool
    {
        try {
            return $this->documents->rows()->all('file', ' LIMIT 1', '`part`') !== null;
        } catch (Problem $problem) {
            $this->shop->log('files cannot be sent: ' . $problem->getMessage());

            return false;
        }
    }

    /**
     * Whether forms can be offered to him.
     */
    public function canSend(): bool
    {
        return $this->shop->session() !== '' && $this->waiting() !== null;
    }

    /**
     * His account says which desk there is now; without it, the newest document does.
     */
    private function knowEpoch(): void
    {
        try {
            $this->account();
        } catch (Problem $problem) { // the part that shows the account says it
            return;
        }
    }

    /**
     * @return mixed
     *
     * @throws Problem
     */
    private function once(string $name, callable $read)
    {
        if (!isset($this->read[$name])) {
            try {
                $this->read[$name] = [$read(), null];
            } catch (Problem $problem) {
                $this->read[$name] = [null, $problem];
            }
        }
        if ($this->read[$name][1] !== null) {
            throw $this->read[$name][1];
        }

        return $this->read[$name][0];
    }
}
