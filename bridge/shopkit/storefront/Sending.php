<?php

namespace SupportBridge;

/**
 * From a form that came back to a row in the desk's inbox.
 *
 * A form that we have not made is refused before anything is read. One that was sent before leads to what became of it;
 * if it says something else now, the customer is told, so that nothing he typed is lost without a word.
 */
final class Sending
{
    private Shop $shop;

    private Documents $documents;

    private Inbox $inbox;

    private FormToken $token;

    private int $now;

    public function __construct(Shop $shop, Documents $documents, Inbox $inbox, FormToken $token, int $now)
    {
        $this->shop = $shop;
        $this->documents = $documents;
        $this->inbox = $inbox;
        $this->token = $token;
        $this->now = $now;
    }

    /**
     * @param callable(): ?AccountState $account what the customer has
     *
     * @throws Refusal
     * @throws Problem
     */
    public function send(Form $form, callable $account): void
    {
        if (!$this->token->fits($form)) {
            throw new Refusal('refused_form');
        }
        $deed = Deed::read($form, [$this->shop, 'orderNumber']);
        $earlier = $this->inbox->find($form->uuid);
        if ($earlier !== null && $earlier->deed->equals($deed)) {
            return;
        }
        if ($earlier !== null) {
            throw new Refusal('refused_sent_before');
        }
        $state = $account();
        (new DeedCheck($this->documents, $this->shop, $this->now))->require($deed, $state);
        if ($this->inbox->isBusy()) {
            throw new Refusal('refused_busy');
        }
        $this->inbox->post($deed, $form->uuid, Language::of($this->shop->language())->code(), $this->now);
    }
}
