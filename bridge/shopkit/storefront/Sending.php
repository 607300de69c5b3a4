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

    private FileParts $files;

    private FormToken $token;

    private int $now;

    public function __construct(Shop $shop, CustomerFacts $facts, FormToken $token, int $now)
    {
        $this->shop = $shop;
        $this->documents = $facts->documents;
        $this->inbox = $facts->inbox;
        $this->files = $facts->files;
        $this->token = $token;
        $this->now = $now;
    }

    /**
     * @param callable(): ?AccountState $account what the customer has
     * @param array<string, mixed> $files what PHP tells of the files that came with it
     *
     * @throws Refusal
     * @throws Problem
     */
    public function send(Form $form, callable $account, array $files): void
    {
        if (!$this->token->fits($form)) {
            throw new Refusal('refused_form');
        }
        $deed = Deed::read($form, [$this->shop, 'orderNumber']);
        $uploads = isset($deed->data['files']) ? Upload::sent($files, FileField::NAME) : [];
        foreach ($uploads as $upload) {
            $deed->data['files'][] = ['name' => $upload->name, 'sha256' => $upload->sha256];
        }
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
        $this->post($form, $deed, $uploads);
    }

    /**
     * First the files, then the row that names them; where that cannot be written, the files go again.
     *
     * They go as well where the same form came twice at once: the table took the other's row, which names the other's.
     *
     * @param Upload[] $uploads
     *
     * @throws Refusal
     * @throws Problem
     */
    private function post(Form $form, Deed $deed, array $uploads): void
    {
        $stored = $this->files->store($uploads);
        if ($uploads !== []) {
            $deed->data['files'] = $stored;
        }
        try {
            $this->inbox->post($deed, $form->uuid, Language::of($this->shop->language())->code(), $this->now);
        } catch (Problem $problem) {
            $this->files->forget($stored);
            throw $problem;
        }
        if ($stored === []) {
            return;
        }
        try {
            $this->files->forgetUnnamed($stored, $this->inbox->find($form->uuid));
        } catch (Problem $problem) { // what he wrote is sent; files that nobody names the desk takes away in a week
            return;
        }
    }
}
