<?php

namespace SupportBridge;

/**
 * Whether what a customer wants to do still makes sense by what the pages show now.
 *
 * The desk decides anew, by its own books and clock. This only spares the customer a row, and a wait, for what has
 * changed since his page was made.
 */
final class DeedCheck
{
    private Documents $documents;

    private Shop $shop;

    private int $customerId;

    private int $now;

    public function __construct(Documents $documents, Shop $shop, int $now)
    {
        $this->documents = $documents;
        $this->shop = $shop;
        $this->customerId = $shop->customerId();
        $this->now = $now;
    }

    /**
     * @throws Refusal
     * @throws Problem
     */
    public function require(Deed $deed, ?AccountState $account): void
    {
        $frozen = $account !== null && $account->frozen;
        if ($frozen && in_array($deed->kind, ['quote_approve', 'right_redeem'], true)) {
            throw new Refusal('refused_frozen');
        }
        if (isset($deed->data['quote'])) {
            $this->requireQuote($deed);
        } elseif ($deed->kind === 'ticket_reply' || $deed->kind === 'ticket_cover') {
            if ($this->documents->tickets->one($this->customerId, (int) $deed->data['ticket']) === null) {
                throw new Refusal('refused_ticket');
            }
            $this->requireLicence($deed);
        } elseif ($deed->kind === 'right_redeem') {
            $this->requireRight($deed, $account === null ? [] : $account->rights);
        } elseif ($deed->kind === 'licence_release') {
            $this->requireRelease((int) $deed->data['licence'], (string) $deed->data['domain']);
        } elseif (isset($deed->data['agreement'])) {
            $this->requireAgreement($deed);
        } elseif (isset($deed->data['bill'])) {
            $this->requireBill($deed);
        } elseif ($deed->kind === 'ticket_open') {
            $this->requireOpening($deed);
        }
    }

    /**
     * Somebody else's order is refused in the same words as one that does not exist.
     */
    private function requireOpening(Deed $deed): void
    {
        if (isset($deed->data['price']) && $this->documents->price((string) $deed->data['price']) === null) {
            throw new Refusal('refused_price');
        }
        if (isset($deed->data['order']) && $this->shop->orders(1, (int) $deed->data['order']) === []) {
            throw new Refusal('refused_own_order');
        }
        $this->requireLicence($deed);
    }

    /**
     * Somebody else's licence is refused in the same words as one that does not exist.
     */
    private function requireLicence(Deed $deed): void
    {
        $licence = $deed->data['licence'] ?? null;
        if ($licence !== null && $this->documents->licences->one($this->customerId, (int) $licence) === null) {
            throw new Refusal('refused_licence');
        }
    }

    private function requireRelease(int $licenceId, string $domain): void
    {
        $licence = $this->documents->licences->one($this->customerId, $licenceId);
        if ($licence === null || !$licence->isUsedOn($domain)) {
            throw new Refusal('refused_release');
        }
        if ($licence->releasesLeft($this->now) === 0) {
            throw new Refusal('licence_releases_none', ['most' => $licence->mostReleases, 'days' => $licence->releaseDays]);
        }
    }

    private function requireQuote(Deed $deed): void
    {
        $quote = $this->documents->quote($this->customerId, (int) $deed->data['quote']);
        if ($quote === null) {
            throw new Refusal('refused_quote');
        }
        if ($deed->kind === 'quote_cancel') {
            if ($quote->state !== 'approved') {
                throw new Refusal('refused_quote');
            }

            return;
        }
        if ($quote->version !== $deed->data['version']) {
            throw new Refusal('refused_version');
        }
        if ($deed->kind === 'quote_approve' && !$quote->hasText((string) $deed->data['text_hash'])) {
            throw new Refusal('refused_version');
        }
        if (!$quote->isOpen($this->now)) {
            throw new Refusal($quote->stateAt($this->now) === 'lapsed' ? 'offer_lapsed' : 'refused_quote');
        }
    }

    /**
     * Somebody else's agreement is refused in the same words as one that has changed.
     */
    private function requireAgreement(Deed $deed): void
    {
        $agreement = $this->documents->agreements->one($this->customerId, (int) $deed->data['agreement']);
        if ($agreement === null) {
            throw new Refusal('refused_agreement');
        }
        if ($agreement->version !== $deed->data['version']) {
            throw new Refusal('refused_agreement_version');
        }
        if ($deed->kind === 'agreement_accept' && !$agreement->hasText((string) $deed->data['text_hash'])) {
            throw new Refusal('refused_agreement_version');
        }
        if (!$agreement->isOpen($this->now)) {
            $isLapsed = $agreement->stateAt($this->now) === 'lapsed';
            throw new Refusal($isLapsed ? 'agreement_lapsed_help' : 'refused_agreement');
        }
    }

    private function requireBill(Deed $deed): void
    {
        $bill = $this->documents->bills->one($this->customerId, (int) $deed->data['bill']);
        if ($bill === null || !hash_equals($bill->hash, (string) $deed->data['text_hash'])) {
            throw new Refusal('refused_bill');
        }
        if (!($deed->kind === 'bill_accept' ? $bill->canBeAccepted() : $bill->canBeDisputed())) {
            throw new Refusal('refused_bill');
        }
    }

    /**
     * @param Right[] $rights
     */
    private function requireRight(Deed $deed, array $rights): void
    {
        foreach ($rights as $right) {
            if ($right->key === $deed->data['right'] && $right->canBeRedeemed()) {
                return;
            }
        }
        throw new Refusal('refused_right');
    }
}
