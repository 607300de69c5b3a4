<?php

namespace SupportBridge;

/**
 * The messages of a ticket, in order, both ways (rules T1, T11), and how the ticket stands (rule T10).
 */
final class ThreadPart
{
    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    /**
     * @param string $order what the customer calls the order that it is about, empty for none
     */
    public function html(Ticket $ticket, Thread $thread, string $order): Html
    {
        $kit = $this->kit;
        $heading = Html::of('h2', ['class' => 'supportbridge-page__heading'], TicketsPart::subject($kit, $ticket));
        $messages = array_map(function (Message $message): Html {
            return $this->message($message);
        }, $thread->messages);

        return Html::of(
            'section',
            ['class' => 'supportbridge-page__part', 'data-supportbridge' => 'thread'],
            $heading,
            $this->head($ticket, $order),
            $this->link('ticket_continues', $ticket->continues),
            $this->link('ticket_continued', $ticket->continuedBy),
            $this->older($ticket, $thread),
            $thread->missing === 0 ? null : $kit->notice('thread_missing', ['count' => $thread->missing]),
            $messages === [] ? null : Html::of('ol', ['class' => 'supportbridge-thread'], ...$messages),
            $this->newer($ticket, $thread)
        );
    }

    private function head(Ticket $ticket, string $order): Html
    {
        $kit = $this->kit;
        $about = [];
        if ($order !== '') {
            $name = "\u{2068}" . $kit->language->digits($order) . "\u{2069}";
            $about[] = $kit->say('ticket_about_order', ['order' => $name]);
        }
        if ($ticket->product !== '') {
            $about[] = Html::of('bdi', [], Html::unturned($ticket->product));
        }

        return Html::of(
            'div',
            ['class' => 'supportbridge-quiet'],
            Html::of('p', [], $kit->say('ticket_opened', [
                'ticket' => TicketsPart::number($kit, $ticket),
                'moment' => $kit->language->moment($ticket->openedAt),
            ])),
            Html::of(
                'p',
                [],
                TicketsPart::kind($kit, $ticket),
                ' · ',
                TicketsPart::state($kit, $ticket),
                TicketsPart::urgency($kit, $ticket),
                ...array_merge(...array_map(static function ($piece): array {
                    return [' · ', $piece];
                }, $about))
            )
        );
    }

    private function link(string $text, ?int $ticketId): ?Html
    {
        $kit = $this->kit;
        if ($ticketId === null) {
            return null;
        }

        return Html::of('p', [], Html::of(
            'a',
            ['href' => $kit->address(['view' => 'thread', 'ticket' => $ticketId]), 'class' => 'supportbridge-link'],
            $kit->say($text, ['ticket' => $kit->language->digits((string) $ticketId)])
        ));
    }

    private function older(Ticket $ticket, Thread $thread): ?Html
    {
        return $thread->hasOlder ? $this->page('thread_older', $ticket, $thread->page + 1) : null;
    }

    private function newer(Ticket $ticket, Thread $thread): ?Html
    {
        return $thread->page > 1 ? $this->page('thread_newer', $ticket, $thread->page - 1) : null;
    }

    private function page(string $text, Ticket $ticket, int $page): Html
    {
        $parameters = ['view' => 'thread', 'ticket' => $ticket->id] + ($page > 1 ? ['page' => $page] : []);

        return Html::of('p', [], $this->kit->button($text, $parameters));
    }

    private function message(Message $message): Html
    {
        $kit = $this->kit;
        [$text, $language] = $message->wording($kit->language);
        $files = array_map(function (array $file) use ($message): Html {
            return $this->file($message, $file);
        }, $message->files);

        return Html::of(
            'li',
            ['class' => 'supportbridge-message supportbridge-message--' . $message->by],
            Html::of(
                'div',
                ['class' => 'supportbridge-message__head'],
                Html::of('strong', [], $kit->say('by_' . $message->by)),
                ' · ',
                Html::of('time', ['datetime' => Language::iso($message->at)], $kit->language->moment($message->at)),
                $message->by === 'customer' && !$message->verified
                    ? Html::all([' · ', Html::of('span', ['data-supportbridge' => 'unverified'], $kit->say('not_verified'))])
                    : null
            ),
            $kit->words($text, $language),
            $files === [] ? null : Html::of('ul', ['class' => 'supportbridge-files'], ...$files)
        );
    }

    /**
     * @param array{file: string, name: string, size: int, type: string} $file
     */
    private function file(Message $message, array $file): Html
    {
        $kit = $this->kit;
        $kibibytes = max(1, (int) ceil($file['size'] / 1024));
        $address = $kit->address([
            'view' => 'file',
            'ticket' => $message->ticket,
            'message' => $message->number,
            'file' => $file['file'],
        ]);

        return Html::of(
            'li',
            [],
            Html::of(
                'a',
                ['href' => $address, 'class' => 'supportbridge-link'],
                Html::of('bdi', [], Html::unturned($file['name']))
            ),
            ' ',
            Html::of('span', ['class' => 'supportbridge-quiet'], $kit->say('file_size', ['size' => $kibibytes]))
        );
    }
}
