<?php

namespace SupportBridge;

/**
 * The view of the customer's licences: the newest first, a page at a time.
 */
final class LicenceList
{
    private const LICENCES_A_PAGE = 20;

    private PageKit $kit;

    private CustomerFacts $facts;

    public function __construct(PageKit $kit, CustomerFacts $facts)
    {
        $this->kit = $kit;
        $this->facts = $facts;
    }

    /**
     * @param int $page from 1 on
     *
     * @return array<int, Html|null>
     */
    public function parts(int $page): array
    {
        return [
            (new AnswerPart($this->kit))->waiting($this->facts->waiting() ?? []),
            $this->kit->part(function () use ($page): Html {
                return $this->licences($page);
            }),
        ];
    }

    private function licences(int $page): Html
    {
        $facts = $this->facts;
        $ids = $facts->licenceIds();
        $here = array_slice($ids, ($page - 1) * self::LICENCES_A_PAGE, self::LICENCES_A_PAGE);
        $licences = $facts->documents->licences->some($facts->customerId, $here);
        $missing = '';
        if ($facts->documents->rows()->hasNewer('licence')) {
            $missing = 'newer';
        } elseif ($ids === []) {
            $missing = 'licences_none';
        } elseif (count($licences) < count($here)) {
            $missing = 'licences_hidden';
        }
        $card = new LicenceCard($this->kit, $facts->canSend() ? $facts->waiting() : null);

        return $this->kit->section(
            'licences',
            'licences',
            $missing === '' ? null : $this->kit->paragraph($missing),
            Html::all(array_map(static function (Licence $licence) use ($card): Html {
                return $card->html($licence);
            }, $licences)),
            $this->pages($page, count($ids))
        );
    }

    private function pages(int $page, int $count): ?Html
    {
        $newer = $page > 1 ? $this->kit->button('licences_newer', ['view' => 'licences', 'page' => $page - 1]) : null;
        $older = $page * self::LICENCES_A_PAGE < $count
            ? $this->kit->button('licences_older', ['view' => 'licences', 'page' => $page + 1])
            : null;

        return $newer === null && $older === null
            ? null
            : Html::of('div', ['class' => 'supportbridge-buttons'], $newer, $older);
    }
}
