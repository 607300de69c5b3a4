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
    private const MOST_PAGES = 100000;

    private Shop $shop;

    private Language $language;

    private int $now;

    /** @var array<string, mixed> */
    private array $query;

    private PageKit $kit;

    private CustomerFacts $facts;

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
     * @param array<string, mixed> $files what PHP tells of the files that came with it
     * @param array<string, mixed> $server what PHP tells of the request
     */
    public function reply(?array $post, array $files = [], array $server = []): PageReply
    {
        try {
            $this->prepare();

            return $post === null ? $this->view($this->parameter('view')) : $this->send(new Form($post), $files, $server);
        } catch (Problem $problem) {
            $this->shop->log('the support page is not shown: ' . $problem->getMessage());

            $text = $problem->getCode() === Problem::NEWER_VERSION ? 'newer' : 'problem';

            return $this->sorry($text, isset($this->kit));
        } catch (\Throwable $error) { // whatever it was, the customer gets a page of the shop
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->shop->log('the support page is not shown: ' . get_class($error) . ' in ' . $where);

            return $this->sorry('problem', false);
        }
    }

    /**
     * What is shown where nothing else can be; with the ways to other views if those may be better off.
     */
    private function sorry(string $text, bool $hasOthers): PageReply
    {
        if ($this->isAskedByScript()) {
            return PageReply::live(false, '');
        }
        $attributes = ['class' => 'supportbridge-notice', 'role' => 'status'];
        $notice = Html::of('p', $attributes, $this->language->say($text));

        return $hasOthers
            ? $this->page($this->parameter('view'), [$notice])
            : PageReply::page($this->language->say('title'), (string) $this->frame($notice));
    }

    /**
     * @throws Problem
     */
    private function prepare(): void
    {
        $key = KeyFile::forShop($this->shop->keyFolder(), $this->shop->shopId());
        $this->facts = new CustomerFacts($this->shop, $key, $this->now);
        $this->token = new FormToken($key, $this->shop->session(), $this->shop->customerId());
        $this->kit = new PageKit($this->shop, $this->token, $this->language, $this->now);
    }

    /**
     * @throws Problem
     */
    private function view(string $name): PageReply
    {
        switch ($name) {
            case 'tickets':
                return $this->page($name, $this->list($this->pageNumber(), $this->parameter('show') === 'open'));
            case 'thread':
                return $this->page($name, $this->ticket()->thread($this->number('ticket'), $this->pageNumber(), null));
            case 'ticket':
                return $this->page($name, $this->ticket()->form($this->parameter('price'), null));
            case 'file':
                return $this->file();
            case 'licences':
                return $this->page($name, $this->licences()->parts($this->pageNumber()));
            case 'premium':
                return $this->page($name, $this->premium()->parts($this->pageNumber()));
            case 'claim':
                return $this->page($name, [(new ClaimPart($this->kit))->html('')]);
            case 'statement':
                return $this->statement();
            case 'csv':
                return $this->statementFile();
            case 'answer':
                return $this->answer($this->parameter('sent'));
            default:
                return $this->page('', (new Overview($this->kit, $this->facts))->parts());
        }
    }

    private function file(): PageReply
    {
        $reply = $this->ticket()->file($this->number('ticket'), $this->number('message'), $this->parameter('file'));

        return $reply ?? $this->page('thread', [
            $this->kit->section('file', 'thread_none', $this->kit->paragraph('file_none')),
        ]);
    }

    private function ticket(): TicketView
    {
        return new TicketView($this->kit, $this->facts);
    }

    /**
     * @return array<int, Html|null>
     */
    private function list(int $page = 1, bool $isNarrowed = false): array
    {
        return (new TicketList($this->kit, $this->facts))->parts($page, $isNarrowed);
    }

    private function licences(): LicenceList
    {
        return new LicenceList($this->kit, $this->facts);
    }

    private function premium(): PremiumView
    {
        return new PremiumView($this->kit, $this->facts);
    }

    /**
     * @throws Problem
     */
    private function statement(): PageReply
    {
        $account = $this->facts->account();
        if ($account === null || Books::areTooLong($account)) {
            return $this->noStatement($account);
        }
        $filter = new StatementFilter($this->parameter('kind'), $this->parameter('package'));
        $part = new StatementPart($this->kit, $account);

        return $this->page('statement', [
            $part->html($this->facts->entries($account), $filter, $this->number('before')),
        ]);
    }

    /**
     * @throws Problem
     */
    private function statementFile(): PageReply
    {
        $account = $this->facts->account();
        if ($account === null || Books::areTooLong($account)) {
            return $this->noStatement($account);
        }
        $file = new StatementFile($this->language, new StatementPart($this->kit, $account));
        $name = 'coins-' . $this->facts->store() . '-' . substr(Language::iso($this->now), 0, 10) . '.csv';

        return PageReply::file($name, $file->content($this->facts->entries($account)));
    }

    private function noStatement(?AccountDocument $account): PageReply
    {
        $text = $account === null ? 'account_none' : 'statement_long';

        return $this->page('statement', [
            $this->kit->section('statement', 'statement', $this->kit->paragraph($text)),
        ]);
    }

    /**
     * @throws Problem
     */
    private function answer(string $uuid): PageReply
    {
        $documents = $this->facts->documents;
        $known = FormToken::isUuid($uuid);
        $posted = $known ? $this->facts->inbox->find($uuid) : null;
        $answer = $known ? $documents->answer($this->shop->customerId(), $uuid) : null;
        $ticket = $this->ticket();
        $part = $answer === null
            ? new AnswerPart($this->kit)
            : new AnswerPart($this->kit, $ticket->about($posted, $answer), $ticket->promise($answer));
        $isNewer = $answer === null && $documents->rows()->hasNewer('answer');
        if ($this->isAskedByScript()) {
            $html = $isNewer ? $part->newer() : $part->html($posted, $answer, $uuid);

            return PageReply::live($isNewer || $answer !== null || $posted === null, (string) $html);
        }

        return $this->page('answer', [$isNewer ? $part->newer() : $part->live($posted, $answer, $uuid)]);
    }

    /**
     * Make a row of what was sent, or show the form again and say why not.
     *
     * @param array<string, mixed> $files
     * @param array<string, mixed> $server
     *
     * @throws Problem
     */
    private function send(Form $form, array $files, array $server): PageReply
    {
        $sending = new Sending($this->shop, $this->facts, $this->token, $this->now);
        try {
            Upload::requireReceived($server);
            $sending->send($form, function (): ?AccountState {
                return $this->facts->state();
            }, $files);

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

    /**
     * @throws Problem
     */
    private function viewAgain(Form $form): PageReply
    {
        switch ($form->kind) {
            case 'ticket_open':
                return $this->page('ticket', $this->ticket()->form($form->line('price'), $this->returned));
            case 'ticket_reply':
            case 'ticket_cover':
                $ticket = preg_match('/\A[0-9]{1,15}\z/', $form->line('ticket')) === 1 ? $form->line('ticket') : 0;

                $returned = $form->kind === 'ticket_reply' ? $this->returned : null;

                return $this->page('thread', $this->ticket()->thread((int) $ticket, 1, $returned));
            case 'quote_approve':
            case 'quote_decline':
            case 'quote_cancel':
                $ticket = $this->ticket()->ofOffer((int) $form->line('quote'));

                return $this->page('thread', $ticket === null ? $this->list() : $this->ticket()->thread($ticket, 1, null));
            case 'licence_release':
                return $this->page('licences', $this->licences()->parts(1));
            case 'agreement_accept':
            case 'agreement_decline':
            case 'bill_accept':
            case 'bill_dispute':
            case 'chat_code':
                return $this->page('premium', $this->premium()->parts(1, $this->returned));
            case 'guest_claim':
            case 'guest_code':
                return $this->page('claim', [(new ClaimPart($this->kit))->html($form->line('order'))]);
            default:
                return $this->page('', (new Overview($this->kit, $this->facts))->parts());
        }
    }

    /**
     * @param string $view the one that the parts belong to
     * @param array<int, Html|null> $parts
     */
    private function page(string $view, array $parts): PageReply
    {
        $facts = $this->facts;
        $waiting = ['tickets' => array_sum($facts->waitingOffers()), 'premium' => $facts->waitingAgreements()];
        $empty = array_keys(array_filter([
            'licences' => !$facts->hasLicences(),
            'premium' => !$facts->hasPremium(),
        ]));
        $navigation = (new Navigation($this->kit))->html($view, $waiting, $empty);
        $content = $this->frame($navigation, $this->refusal, ...$parts);

        return PageReply::page($this->language->say('title'), (string) $content);
    }

    /**
     * @param Html|null ...$content
     */
    private function frame(...$content): Html
    {
        $attributes = [
            'class' => 'supportbridge-page',
            'lang' => $this->language->code(),
            'dir' => $this->language->direction(),
        ];

        return Html::of('div', $attributes, ...$content);
    }

    private function isAskedByScript(): bool
    {
        return $this->parameter('view') === 'answer' && $this->parameter('as') === 'json';
    }

    private function parameter(string $name): string
    {
        $value = $this->query[$name] ?? '';

        return is_string($value) && strlen($value) <= 191 ? $value : '';
    }

    /**
     * A whole number of the address, 0 for anything else.
     */
    private function number(string $name): int
    {
        $value = $this->parameter($name);

        return preg_match('/\A[0-9]{1,15}\z/', $value) === 1 ? (int) $value : 0;
    }

    private function pageNumber(): int
    {
        return max(1, min($this->number('page'), self::MOST_PAGES));
    }
}
