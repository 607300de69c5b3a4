<?php

namespace Opencart\System\Library\Extension\Supportbridge;

/**
 * What the extension adds to the administration: panels beside orders and customers, and the state of the bridge.
 *
 * It believes: a page of the administration has a head of class `page-header` with the only `h1`, and below it a
 * `container-fluid` with everything else; 3.0, 4.0 and 4.1 all do.
 */
class BackOffice
{
    private const CODES = ['en' => 'en-gb', 'ru' => 'ru-ru', 'fa' => 'fa-ir'];

    private \SupportBridge\Database $database;

    private \SupportBridge\AdminWords $words;

    /** @var callable(string): void */
    private $log;

    /**
     * @param string $language the code of the language that the administration is in
     * @param callable(string, string): string $text gives a text of `back_office` by its language's code and its name
     * @param callable(string): void $log
     */
    public function __construct(\SupportBridge\Database $database, string $language, callable $text, callable $log)
    {
        $reader = \SupportBridge\Language::of($language);
        $code = self::CODES[$reader->code()];
        $this->database = $database;
        $this->words = new \SupportBridge\AdminWords($reader, static function (string $name) use ($text, $code): string {
            return $text($code, $name);
        });
        $this->log = $log;
    }

    /**
     * The panels beside an order, by what its page was made of.
     *
     * @param array<string, mixed> $data
     *
     * @return array<int, array<string, mixed>>
     */
    public function besideOrder(array $data, int $now): array
    {
        $orderId = (int) ($data['order_id'] ?? 0);
        if ($orderId <= 0) {
            return [];
        }
        if (!isset($data['customer_id'], $data['store_id'])) { // 3.0 shows the customer without his number
            $data = $this->database->row(
                'SELECT `customer_id`, `store_id` FROM `' . DB_PREFIX . 'order` WHERE `order_id` = ' . $orderId
            ) ?? ['customer_id' => 0, 'store_id' => 0];
        }

        return $this->panel()->ofOrder((int) $data['store_id'], (int) $data['customer_id'], $now);
    }

    /**
     * The panels beside a customer.
     *
     * @param array<string, mixed> $data
     *
     * @return array<int, array<string, mixed>>
     */
    public function besideCustomer(array $data, int $now): array
    {
        return $this->panel()->ofCustomer((int) ($data['customer_id'] ?? 0), $now);
    }

    /**
     * The state of the bridge, and of both sides of it.
     *
     * @return array<int, array{heading: string, findings: array<int, array{well: bool, text: string}>}>
     */
    public function status(string $schemaFile, int $now): array
    {
        return (new \SupportBridge\StatusPage($this->database, DB_PREFIX, DIR_STORAGE, $this->words))
            ->groups($schemaFile, $now);
    }

    /**
     * Whether the shop calls us where the panels belong.
     *
     * @return array{code: string, well: bool, detail: string}
     */
    public function panels(string $eventCode): array
    {
        try {
            $event = $this->database->row(
                'SELECT 1 FROM `' . DB_PREFIX . "event` WHERE `code` = '" . $eventCode . "' AND `status` = 1 LIMIT 1"
            );
        } catch (\SupportBridge\DatabaseFailure $failure) {
            $event = null;
        }
        $called = $event !== null;

        return ['code' => $called ? 'panel_well' : 'panel_missing', 'well' => $called, 'detail' => ''];
    }

    /**
     * The page with the panels at the head of what stands below its title; unchanged where it has no such place.
     */
    public static function withPanels(string $panels, string $page): string
    {
        $title = stripos($page, '</h1>');
        $container = $title === false ? false : strpos($page, '<div class="container-fluid"', $title);
        $end = $container === false ? false : strpos($page, '>', $container);

        return $end === false ? $page : substr_replace($page, $panels, $end + 1, 0);
    }

    private function panel(): \SupportBridge\AdminPanel
    {
        return new \SupportBridge\AdminPanel($this->database, DB_PREFIX, DIR_STORAGE, $this->words, $this->log);
    }
}
