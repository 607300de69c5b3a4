<?php

namespace SupportBridge;

/**
 * What a customer writes: a new ticket, perhaps from the price list, or a reply (rules C12, C13, T1).
 */
final class TicketForm
{
    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * @param Form|null $form what came back and could not be sent
     */
    public function open(?Price $price, ?Form $form): Html
    {
        $kit = $this->kit;
        $name = $price === null ? ['', ''] : $kit->language->pick($price->name);
        $subject = $form === null ? $name[0] : $form->line('subject');
        $listed = $price === null ? null : Html::of('p', [], $kit->say('ticket_price', [
            'name' => "\u{2068}" . $name[0] . "\u{2069}",
            'coins' => $price->coins,
        ]));

        return $kit->section(
            'ticket',
            'ticket_heading',
            $kit->paragraph('ticket_help'),
            $listed,
            $kit->form(
                'ticket_open',
                $price === null ? [] : ['price' => $price->code],
                $kit->submit('send'),
                $kit->input('subject', 'ticket_subject', Deed::LONGEST_SUBJECT, $subject),
                $this->text('ticket_text', 8, $form)
            )
        );
    }

    /**
     * @param Form|null $form what came back and could not be sent
     */
    public function reply(int $ticketId, ?Form $form): Html
    {
        $kit = $this->kit;

        return $kit->section(
            'reply',
            'reply_heading',
            $kit->form('ticket_reply', ['ticket' => $ticketId], $kit->submit('reply_send'), $this->text('reply_text', 6, $form))
        );
    }

    private function text(string $label, int $rows, ?Form $form): Html
    {
        $typed = $form === null ? '' : $form->text('text');

        return $this->kit->input('text', $label, Deed::LONGEST_TEXT, $typed, ['rows' => $rows]);
    }
}
