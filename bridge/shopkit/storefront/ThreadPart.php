<?php

namespace SupportBridge;

/**
 * The messages of a ticket, in order, both ways (rules T1, T11).
 */
final class ThreadPart
{
    private PageKit $kit;

    public function __construct(PageKit $kit)
    {
        $this->kit = $kit;
    }

    public function html(Ticket $ticket): Html
    {
        $kit = $this->kit;
        $heading = Html::of('h2', ['class' => 'supportbridge-page__heading'], TicketsPart::subject($kit, $ticket));
        $opened = Html::of('p', ['class' => 'supportbridge-quiet'], $kit->say('ticket_opened', [
            'ticket' => TicketsPart::number($kit, $ticket),
            'moment' => $kit->language->moment($ticket->openedAt),
        ]));
        $messages = array_map(function (Message $message): Html {
            return $this->message($message);
        }, $ticket->messages);

        return Html::of(
            'section',
            ['class' => 'supportbridge-page__part', 'data-supportbridge' => 'thread'],
            $heading,
            $opened,
            $ticket->earlier === 0 ? null : $kit->paragraph('thread_earlier', ['count' => $ticket->earlier]),
            $messages === [] ? null : Html::of('ol', ['class' => 'supportbridge-thread'], ...$messages)
        );
    }

    private function message(Message $message): Html
    {
        $kit = $this->kit;
        [$text, $language] = $message->wording($kit->language);

        return Html::of(
            'li',
            ['class' => 'supportbridge-message supportbridge-message--' . $message->by],
            Html::of(
                'div',
                ['class' => 'supportbridge-message__head'],
                Html::of('strong', [], $kit->say('by_' . $message->by)),
                ' · ',
                Html::of('time', ['datetime' => Language::iso($message->at)], $kit->language->moment($message->at)),
                $message->by === 'customer' && !$message->verified ? ' · ' . $kit->say('not_verified') : null
            ),
            $kit->words($text, $language)
        );
    }
}
