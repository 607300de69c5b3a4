<?php

namespace SupportBridge;

/**
 * The customer's page: what he has, what he is offered, and what he can do (rules C7 to C19, P1 to P4).
 *
 * It believes that looking changes nothing and only a form of ours does, and that a part which cannot be shown is no
 * reason to keep the others back. A form that was sent leads to an address of its own, so a reload sends nothing again.
 */
final class SupportPage
{
    private Shop $shop;

    private Language $language;

    private int $now;

    /** @var array<string, mixed> */
    private array $query;

    private PageKit $kit;

    private KeyFile $key;

    private Documents $documents;

    private Inbox $inbox;

    private FormToken $token;

    /** @var Html|null why what was sent has not become a row */
    private ?Html $refusal = null;

    private ?Form $returned = null;

    /**
     * @param array<string, mixed> $query
     */
    public function __construct(Shop $shop, array $query, int $now)
    {
        $this->shop = $shop;
        $this->query = $query;
        $this->now = $now;
        $this->language = Language::of($shop->language());
    }

    /**
     * @param array<string, mixed>|null $post what was sent with POST, null where nothing was
     */
    public function reply(?array $post): PageReply
    {
        try {
            $this->prepare();

            return $post === null ? $this->view($this->parameter('view')) : $this->send(new Form($post));
        } catch (Problem $problem) {
            $this->shop->log('the support page is not shown: ' . $problem->getMessage());

            return $this->sorry();
        } catch (\Throwable $error) { // whatever it was, the customer gets a page of the shop
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->shop->log('the support page is not shown: ' . get_class($error) . ' in ' . $where);

            return $this->sorry();
        }
    }

    /**
     * What is shown where nothing else can be.
     */
    private function sorry(): PageReply
    {
        $attributes = ['class' => 'supportbridge-notice', 'role' => 'status'];

        return $this->page([Html::of('p', $attributes, $this->language->say('problem'))]);
    }

    /**
     * @throws Problem
     */
    private function prepare(): void
    {
        $tables = new Tables($this->shop->database(), $this->shop->prefix());
        $customer = $this->shop->customerId();
        $this->key = KeyFile::forShop($this->shop->keyFolder(), $this->shop->shopId());
        $this->documents = new Documents($tables, $this->key, [$this->shop, 'log']);
        $this->inbox = new Inbox($tables, $this->key, $customer);
        $this->token = new FormToken($this->key, $this->shop->session(), $customer);
        $this->kit = new PageKit($this->shop, $this->token, $this->language, $this->now);
    }

    /**
     * @throws Problem
     */
    private function view(string $name): PageReply
    {
        switch ($name) {
            case 'request':
                return $this->requestForm($this->parameter('price'));
            case 'claim':
                return $this->page([(new ClaimPart($this->kit))->html(''), $this->kit->back()]);
            case 'statement':
                return $this->statement();
            case 'csv':
                return $this->statementFile();
            case 'answer':
                return $this->answer($this->parameter('sent'));
            default:
                return $this->overview();
        }
    }

    private function overview(): PageReply
    {
        $account = null;
        $known = false;
        $parts = [$this->part(function () use (&$account, &$known): Html {
            $account = $this->state();
            $known = true;

            return (new AccountPart($this->kit))->html($account);
        })];
        $waiting = $this->listOrNothing(function (): ?array {
            return $this->inbox->waiting();
        });
        $canSend = $waiting !== null && $this->shop->session() !== '';
        $frozen = $account !== null && $account->frozen;
        $parts[] = (new AnswerPart($this->kit))->waiting($waiting ?? []);
        $parts[] = $this->part(function () use ($account, $known, $frozen, $waiting, $canSend): ?Html {
            $available = $account === null ? ($known ? 0 : null) : $account->available;
            $offers = new OffersPart($this->kit, $available, $frozen, $canSend ? $waiting : null);

            return $offers->html($this->documents->quotes($this->shop->customerId()) ?? []);
        });
        $rights = $account === null ? [] : $account->rights;
        $parts[] = (new RightsPart($this->kit, $canSend && !$frozen))->html($rights);
        $parts[] = $canSend ? (new RequestsPart($this->kit))->ways() : null;
        $parts[] = $this->part(function () use ($canSend): ?Html {
            return (new RequestsPart($this->kit))->prices($this->documents->prices() ?? [], $canSend);
        });

        return $this->page($parts);
    }

    private function requestForm(string $code): PageReply
    {
        $price = $code === '' ? null : $this->documents->price($code);
        $form = (new RequestsPart($this->kit))->form($price, $this->returned);

        return $this->page([$form, $this->kit->back()]);
    }

    /**
     * @throws Problem
     */
    private function statement(): PageReply
    {
        $account = $this->account();
        if ($account === null) {
            return $this->page([(new AccountPart($this->kit))->html(null), $this->kit->back()]);
        }
        if ($account->entries > Documents::MOST_ENTRIES) {
            return $this->page([$this->kit->notice('statement_long'), $this->kit->back()]);
        }
        $before = $this->parameter('before');
        $part = new StatementPart($this->kit, $account);
        $entries = $this->documents->entries($this->shop->customerId(), $account);

        return $this->page([$part->html($entries, preg_match('/\A[0-9]{1,9}\z/', $before) === 1 ? (int) $before : 0)]);
    }

    /**
     * @throws Problem
     */
    private function statementFile(): PageReply
    {
        $account = $this->account();
        if ($account === null || $account->entries > Documents::MOST_ENTRIES) {
            return $this->statement();
        }
        $entries = $this->documents->entries($this->shop->customerId(), $account);
        $file = new StatementFile($this->language, new StatementPart($this->kit, $account));
        $name = 'coins-' . $this->key->store() . '-' . substr(Language::iso($this->now), 0, 10) . '.csv';

        return PageReply::file($name, $file->content($entries));
    }

    /**
     * @throws Problem
     */
    private function answer(string $uuid): PageReply
    {
        $known = FormToken::isUuid($uuid);
        $posted = $known ? $this->inbox->find($uuid) : null;
        $answer = $known ? $this->documents->answer($this->shop->customerId(), $uuid) : null;
        $part = new AnswerPart($this->kit);

        return $this->page([$part->html($posted, $answer, $uuid)], $part->pause($posted, $answer));
    }

    /**
     * Make a row of what was sent, or show the form again and say why not.
     *
     * @throws Problem
     */
    private function send(Form $form): PageReply
    {
        $sending = new Sending($this->shop, $this->documents, $this->inbox, $this->token, $this->now);
        try {
            $sending->send($form, function (): ?AccountState {
                return $this->state();
            });

            return PageReply::elsewhere($this->shop->address(['view' => 'answer', 'sent' => $form->uuid]));
        } catch (Refusal $refusal) {
            $this->refusal = $this->kit->notice($refusal->getMessage(), $refusal->values);
        } catch (Problem $problem) {
            $this->shop->log('what a customer sent was not written: ' . $problem->getMessage());
            $this->refusal = $this->kit->notice('refused_problem');
        }
        $this->returned = $form;

        return $this->viewAgain($form);
    }

    private function viewAgain(Form $form): PageReply
    {
        if ($form->kind === 'request_open') {
            return $this->requestForm($form->line('price'));
        }
        if ($form->kind === 'guest_claim' || $form->kind === 'guest_code') {
            return $this->page([(new ClaimPart($this->kit))->html($form->line('order')), $this->kit->back()]);
        }

        return $this->overview();
    }

    /**
     * @throws Problem
     */
    private function account(): ?AccountDocument
    {
        $shop = $this->shop;
        $reader = new AccountReader($shop->database(), $shop->prefix(), $shop->keyFolder());

        $document = $reader->document($this->key, $shop->customerId());
        if ($document !== null) {
            $this->documents->notBefore($document->epoch);
        }

        return $document;
    }

    /**
     * @throws Problem
     */
    private function state(): ?AccountState
    {
        $document = $this->account();

        return $document === null ? null : $document->at($this->now);
    }

    /**
     * One part of the page; if it cannot be made, words that say so, and the reason in the shop's log.
     *
     * @param callable(): ?Html $make
     */
    private function part(callable $make): ?Html
    {
        try {
            return $make();
        } catch (Problem $problem) {
            $this->shop->log('a part of the support page is not shown: ' . $problem->getMessage());

            return $this->kit->notice('problem_part');
        }
    }

    /**
     * @return array<int, mixed>|null
     */
    private function listOrNothing(callable $read): ?array
    {
        try {
            return $read();
        } catch (Problem $problem) {
            $this->shop->log('the inbox cannot be read: ' . $problem->getMessage());

            return null;
        }
    }

    /**
     * @param array<int, Html|null> $parts
     */
    private function page(array $parts, int $refresh = 0): PageReply
    {
        $content = Html::of(
            'div',
            [
                'class' => 'supportbridge-page',
                'lang' => $this->language->code(),
                'dir' => $this->language->direction(),
            ],
            $this->refusal,
            ...$parts
        );

        return PageReply::page($this->language->say('title'), (string) $content, $refresh);
    }

    private function parameter(string $name): string
    {
        $value = $this->query[$name] ?? '';

        return is_string($value) && strlen($value) <= 191 ? $value : '';
    }
}
