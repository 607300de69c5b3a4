<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

require_once __DIR__ . '/../src/admin.php';
require_once __DIR__ . '/SupportbridgeFindings.php';
require_once __DIR__ . '/SupportbridgeWords.php';

/**
 * What the module adds to the back office: panels beside orders and customers, and the state of the bridge.
 */
final class SupportbridgeBackOffice
{
    /** @var Supportbridge */
    private $module;

    /** @var string */
    private $iso;

    public function __construct(Supportbridge $module, string $iso)
    {
        $this->module = $module;
        $this->iso = $iso;
    }

    /**
     * The panels beside an order.
     *
     * @return array<int, array<string, mixed>>
     */
    public function besideOrder(int $orderId, int $now): array
    {
        $order = $this->database()->row(
            'SELECT `id_customer`, `id_shop` FROM `' . _DB_PREFIX_ . 'orders` WHERE `id_order` = ' . $orderId
        );

        return $order === null
            ? []
            : $this->panel()->ofOrder((int) $order['id_shop'], (int) $order['id_customer'], $now);
    }

    /**
     * The panels beside a customer: who sees some of the shops alone sees the stores of those.
     *
     * @return array<int, array<string, mixed>>
     */
    public function besideCustomer(int $customerId, int $now): array
    {
        return $this->panel()->ofCustomer($customerId, $now, SupportbridgeShop::shopsOfStaff(Context::getContext()));
    }

    /**
     * What the block needs and whether it has it.
     *
     * @param string[] $webRoots
     *
     * @return array<int, array{well: bool, text: string}>
     */
    public function findings(array $webRoots): array
    {
        return SupportbridgeFindings::of($this->module, $this->database(), $webRoots);
    }

    /**
     * The state of the bridge, and of both sides of it.
     *
     * @return array<int, array{heading: string, findings: array<int, array{well: bool, text: string}>}>
     */
    public function status(string $schemaFile, int $now): array
    {
        // The key may have come after the installation.
        \SupportBridge\Extension::tell($this->database(), _DB_PREFIX_, Supportbridge::keyFolder());
        $page = new \SupportBridge\StatusPage(
            $this->database(),
            _DB_PREFIX_,
            Supportbridge::keyFolder(),
            $this->words(SupportbridgeWords::ofStatus($this->module))
        );

        return $page->groups($schemaFile, $now);
    }

    private function panel(): \SupportBridge\AdminPanel
    {
        return new \SupportBridge\AdminPanel(
            $this->database(),
            _DB_PREFIX_,
            Supportbridge::keyFolder(),
            $this->words(SupportbridgeWords::ofPanels($this->module)),
            function (string $message): void {
                $this->module->report($message);
            }
        );
    }

    /**
     * @param array<string, string> $texts
     */
    private function words(array $texts): \SupportBridge\AdminWords
    {
        $language = \SupportBridge\Language::of($this->iso);

        return new \SupportBridge\AdminWords($language, static function (string $name) use ($texts): string {
            return $texts[$name] ?? $name;
        });
    }

    private function database(): SupportbridgeDatabase
    {
        return new SupportbridgeDatabase(Db::getInstance());
    }
}
