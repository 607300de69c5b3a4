<?php

namespace SupportBridge;

/**
 * The list of the customer's requests, and how each stands.
 */
final class RequestsPart
{
    private PageKit $kit;

    /** @var array<int, Quote[]> by the number of their request */
    private array $quotes;

    /** @var array<int, int> how many of them wait for a decision */
    private array $waiting;

    /**
     * @param array<int, Quote[]> $quotes by the number of their request
     * @param array<int, int> $waiting how many of them wait for a decision
     */
    public function __construct(PageKit $kit, array $quotes, array $waiting)
    {
        $this->kit = $kit;
        $this->quotes = $quotes;
        $this->waiting = $waiting;
    }

    /**
     * The way to write one, and the list; what cannot be shown is said in words.
     *
     * @param Request[] $requests
     * @param string $missing the name of a text that says what is not shown, empty for nothing
     */
    public function html(array $requests, bool $canSend, string $missing, ?Html $pages): Html
    {
        $kit = $this->kit;
        $items = [];
        foreach ($requests as $request) {
            $items[] = $this->item($request);
        }
        $new = $kit->link('request_new', ['view' => 'request'], 'supportbridge-button');
        if ($items === [] && $missing === '') {
            $missing = 'requests_none';
        }

        return $kit->section(
            'requests',
            'requests',
            $kit->paragraph('request_help'),
            $canSend ? Html::of('p', [], $new) : null,
            $missing === '' ? null : $kit->paragraph($missing),
            $items === [] ? null : Html::of('ul', ['class' => 'supportbridge-requests'], ...$items),
            $pages
        );
    }

    private function item(Request $request): Html
    {
        $kit = $this->kit;
        $waiting = $this->waiting[$request->id] ?? 0;
        $state = $request->stateAt($kit->now, $this->quotes[$request->id] ?? []);
        $link = [
            'href' => $kit->address(['view' => 'thread', 'request' => $request->id]),
            'class' => 'supportbridge-request__link',
        ];
        $change = $request->lastChange();

        return Html::of(
            'li',
            ['class' => 'supportbridge-request', 'data-supportbridge' => 'request-' . $request->id],
            Html::of('a', $link, self::subject($kit, $request)),
            $waiting === 0 ? null : $kit->badge($waiting, 'offers_waiting'),
            Html::of(
                'div',
                ['class' => 'supportbridge-quiet'],
                self::number($kit, $request),
                ' · ',
                Html::of('span', ['data-supportbridge' => 'state'], $kit->say($state)),
                ' · ',
                Html::of('time', ['datetime' => Language::iso($change)], $kit->language->moment($change))
            )
        );
    }

    /**
     * What a request is called; one whose subject has been erased has its number.
     */
    public static function subject(PageKit $kit, Request $request): Html
    {
        $subject = Html::unturned($request->subject);

        return Html::of('bdi', [], $subject === '' ? self::number($kit, $request) : $subject);
    }

    public static function number(PageKit $kit, Request $request): string
    {
        return $kit->say('request_number', ['request' => $kit->language->digits((string) $request->id)]);
    }
}
