<?php

namespace SupportBridge;

/**
 * What a customer writes: a new ticket, perhaps from the price list, or a reply (rules C12, C13, T1, T3, T10).
 */
final class TicketForm
{
    private const SAID_BEFORE = ['resolved' => 'reply_reopens', 'closed' => 'reply_continues'];

    private PageKit $kit;

    private bool $takesFiles;

    public function __construct(PageKit $kit, bool $takesFiles)
    {
        $this->kit = $kit;
        $this->takesFiles = $takesFiles;
    }

    /**
     * @param OwnOrder[] $orders the customer's own, the newest first
     * @param Html|null $licences a list of his licences to choose one from
     * @param Form|null $form what came back and could not be sent
     */
    public function open(?Price $price, array $orders, ?Html $licences, ?Form $form): Html
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
                $this->kinds($price === null ? 'support' : 'work', $form),
                $kit->input('subject', 'ticket_subject', Deed::LONGEST_SUBJECT, $subject),
                $this->text('ticket_text', 8, $form),
                $licences === null ? null : Html::all([
                    $licences,
                    Html::of('p', ['class' => 'supportbridge-quiet'], $kit->say('ticket_licence_help')),
                ]),
                $orders === [] ? null : $this->order($orders, $form),
                $this->product($orders, $form),
                $this->urgent($form),
                $this->files($form)
            )
        );
    }

    /**
     * @param Form|null $form what came back and could not be sent
     */
    public function reply(Ticket $ticket, ?Form $form): Html
    {
        $kit = $this->kit;
        $before = self::SAID_BEFORE[$ticket->state] ?? null;

        return $kit->section(
            'reply',
            'reply_heading',
            $before === null ? null : $kit->paragraph($before),
            $kit->form(
                'ticket_reply',
                ['ticket' => $ticket->id],
                $kit->submit('reply_send'),
                $this->text('reply_text', 6, $form),
                $this->files($form)
            )
        );
    }

    private function kinds(string $usual, ?Form $form): Html
    {
        $kit = $this->kit;
        $chosen = $form === null || $form->line('about') === '' ? $usual : $form->line('about');
        $choices = [];
        foreach (Deed::TICKET_KINDS as $kind) {
            $choices[] = $kit->choice('radio', 'about', $kind, 'kind_' . $kind, 'kind_' . $kind . '_help', $kind === $chosen);
        }

        return Html::of(
            'fieldset',
            ['class' => 'supportbridge-fieldset'],
            Html::of('legend', ['class' => 'supportbridge-field__label'], $kit->say('ticket_kind')),
            ...$choices
        );
    }

    /**
     * @param OwnOrder[] $orders
     */
    private function order(array $orders, ?Form $form): Html
    {
        $kit = $this->kit;
        $names = [];
        foreach ($orders as $order) {
            $name = "\u{2068}" . $kit->language->digits($order->name) . "\u{2069}";
            $day = $order->placedAt === null ? '' : $kit->language->day($order->placedAt);
            $names[(string) $order->id] = $day === '' ? $name : $name . $kit->say('comma') . $day;
        }

        return $kit->select('order', 'ticket_order', 'ticket_order_none', $names, $form === null ? '' : $form->line('order'));
    }

    /**
     * One of the products of those orders, or in his own words where there are none.
     *
     * @param OwnOrder[] $orders
     */
    private function product(array $orders, ?Form $form): Html
    {
        $kit = $this->kit;
        $typed = $form === null ? '' : $form->line('product');
        $names = [];
        foreach ($orders as $order) {
            foreach ($order->products as $product) {
                $names[$product] = Html::unturned($product);
            }
        }
        if ($names === []) {
            return $kit->input('product', 'ticket_product', Deed::LONGEST_PRODUCT, $typed, ['required' => false]);
        }

        return $kit->select('product', 'ticket_product', 'ticket_product_none', $names, $typed);
    }

    private function urgent(?Form $form): Html
    {
        $isAsked = $form !== null && $form->line('urgent') !== '';

        return $this->kit->choice('checkbox', 'urgent', '1', 'ticket_urgent', 'ticket_urgent_help', $isAsked);
    }

    /**
     * No browser keeps what files were chosen in a form that came back.
     */
    private function files(?Form $form): ?Html
    {
        if (!$this->takesFiles) {
            return null;
        }

        return Html::all([
            FileField::html($this->kit),
            $form === null ? null : $this->kit->paragraph('files_again'),
        ]);
    }

    private function text(string $label, int $rows, ?Form $form): Html
    {
        $typed = $form === null ? '' : $form->text('text');

        return $this->kit->input('text', $label, Deed::LONGEST_TEXT, $typed, ['rows' => $rows]);
    }
}
