<?php

namespace SupportBridge;

/**
 * The view of premium time: agreements, statements, what an hour costs, and the code that links a chat (rules W4 to W9).
 */
final class PremiumView
{
    private const A_PAGE = 10;

    private PageKit $kit;

    private CustomerFacts $facts;

    public function __construct(PageKit $kit, CustomerFacts $facts)
    {
        $this->kit = $kit;
        $this->facts = $facts;
    }

    /**
     * The newest agreements and statements first; a page has some of both.
     *
     * @param int $page from 1 on
     * @param Form|null $returned what was typed and has not become a row
     *
     * @return array<int, Html|null>
     */
    public function parts(int $page, ?Form $returned = null): array
    {
        $kit = $this->kit;
        $facts = $this->facts;
        $waiting = $facts->canSend() ? $facts->waiting() : null;

        return [
            (new AnswerPart($kit))->waiting($facts->waiting() ?? []),
            $kit->part(function () use ($page, $waiting): Html {
                $here = $this->onPage($this->facts->agreementIds(), $page);
                $agreements = $this->facts->documents->agreements->some($this->facts->customerId, $here);
                $card = new AgreementCard($this->kit, $waiting);

                return $this->kit->section(
                    'agreements',
                    'agreements',
                    $this->missing('agreement', count($here) - count($agreements)),
                    Html::all(array_map([$card, 'html'], $agreements))
                );
            }),
            $kit->part(function () use ($page, $waiting, $returned): Html {
                $here = $this->onPage($this->facts->billIds(), $page);
                $bills = $this->facts->documents->bills->some($this->facts->customerId, $here);
                $card = new BillCard($this->kit, $waiting, $returned);

                return $this->kit->section(
                    'bills',
                    'bills',
                    $this->missing('bill', count($here) - count($bills)),
                    Html::all(array_map([$card, 'html'], $bills))
                );
            }),
            $kit->part(function () use ($page): ?Html {
                return $this->pages($page);
            }),
            $kit->part(function () use ($waiting): ?Html {
                $page = $this->facts->page();

                return $page === null || $page->premium === null ? null : $this->terms($page->premium, $waiting !== null);
            }),
        ];
    }

    /**
     * @param int[] $ids
     *
     * @return int[]
     */
    private function onPage(array $ids, int $page): array
    {
        return array_slice($ids, ($page - 1) * self::A_PAGE, self::A_PAGE);
    }

    /**
     * That there are none, or that some are left out.
     *
     * @param int $hidden how many rows are not shown
     */
    private function missing(string $table, int $hidden): ?Html
    {
        $ids = $table === 'bill' ? $this->facts->billIds() : $this->facts->agreementIds();
        if ($this->facts->documents->rows()->hasNewer($table)) {
            return $this->kit->paragraph('newer');
        }
        if ($ids === []) {
            return $this->kit->paragraph($table . 's_none');
        }

        return $hidden > 0 ? $this->kit->paragraph($table . 's_hidden') : null;
    }

    private function pages(int $page): ?Html
    {
        $count = max(count($this->facts->agreementIds()), count($this->facts->billIds()));
        $newer = $page > 1 ? $this->kit->button('premium_newer', ['view' => 'premium', 'page' => $page - 1]) : null;
        $older = $page * self::A_PAGE < $count
            ? $this->kit->button('premium_older', ['view' => 'premium', 'page' => $page + 1])
            : null;

        return $newer === null && $older === null
            ? null
            : Html::of('div', ['class' => 'supportbridge-buttons'], $newer, $older);
    }

    /**
     * Where the code is sent to; nothing where the desk names no number.
     *
     * @param string[] $numbers
     */
    private function numbers(array $numbers): ?Html
    {
        $parts = [$this->kit->say('chat_numbers')];
        foreach ($numbers as $number) {
            $parts[] = ' ';
            $parts[] = Html::of('bdi', ['dir' => 'ltr'], Html::unturned($number));
        }

        return $numbers === [] ? null : Html::of('p', ['data-supportbridge' => 'numbers'], ...$parts);
    }

    /**
     * What an hour costs, and how a chat is linked with this account.
     */
    private function terms(PremiumTerms $terms, bool $canSend): Html
    {
        $kit = $this->kit;
        $rates = [];
        foreach ($terms->kinds as $kind) {
            $rates[] = Html::of(
                'li',
                ['class' => 'supportbridge-right'],
                Html::of('span', ['class' => 'supportbridge-right__name'], Html::picked($kit->language->pick($kind['name']))),
                $kit->worded($kind['rate'])
            );
        }
        $link = $terms->hasChat && $canSend ? $kit->section(
            'chat',
            'chat',
            $kit->paragraph('chat_help'),
            $this->numbers($terms->numbers),
            $kit->form('chat_code', [], $kit->submit('chat_get_code', [], false))
        ) : null;

        return Html::all([
            $rates === [] ? null : $kit->section(
                'rates',
                'premium_rates',
                $kit->paragraph('premium_help'),
                Html::of('ul', ['class' => 'supportbridge-rights'], ...$rates)
            ),
            $link,
        ]);
    }
}
