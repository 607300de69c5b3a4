<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * The shop as the shared classes of the customer's own page want it.
 */
final class SupportbridgePageShop implements \SupportBridge\Shop
{
    /** @var Supportbridge */
    private $module;

    /** @var Context */
    private $context;

    public function __construct(Supportbridge $module, $context)
    {
        $this->module = $module;
        $this->context = $context;
    }

    public function database(): \SupportBridge\Database
    {
        return new SupportbridgeDatabase(Db::getInstance());
    }

    public function prefix(): string
    {
        return _DB_PREFIX_;
    }

    public function keyFolder(): string
    {
        return Supportbridge::keyFolder();
    }

    public function shopId(): int
    {
        return (int) $this->context->shop->id;
    }

    public function customerId(): int
    {
        return (int) $this->context->customer->id;
    }

    /**
     * The shop's own token: it follows from the customer, his password and the shop's secret.
     */
    public function session(): string
    {
        return (string) Tools::getToken('supportbridge');
    }

    public function language(): string
    {
        return (string) $this->context->language->iso_code;
    }

    /**
     * @param array<string, string|int> $parameters
     */
    public function address(array $parameters): string
    {
        return SupportbridgeShop::pageAddress($this->context, $parameters);
    }

    /**
     * PrestaShop's customers know an order by its reference; the number stands on invoices and in addresses.
     */
    public function orderNumber(string $typed): ?int
    {
        if (preg_match('/\A[0-9]{1,10}\z/', $typed) === 1) {
            return (int) $typed;
        }
        if (preg_match('/\A[A-Za-z0-9]{1,32}\z/', $typed) !== 1) {
            return null;
        }
        try {
            $order = $this->database()->row(
                'SELECT `id_order` FROM `' . _DB_PREFIX_ . "orders` WHERE `reference` = '" . strtoupper($typed) . "'"
                . ' ORDER BY `id_order` LIMIT 1'
            );
        } catch (\SupportBridge\DatabaseFailure $failure) {
            return null;
        }

        return $order === null ? null : (int) $order['id_order'];
    }

    /**
     * Carts that were turned into orders before the payment went through are orders here too, as on his own list of them.
     */
    public function orders(int $most, ?int $only = null): array
    {
        $tables = new \SupportBridge\Tables($this->database(), _DB_PREFIX_);
        $orders = $tables->rows(
            '`id_order`, `reference`, `date_add` FROM `' . _DB_PREFIX_ . 'orders` WHERE `id_customer` = '
            . $this->customerId() . ' AND `id_shop` = ' . $this->shopId()
            . ($only === null ? '' : ' AND `id_order` = ' . $only) . ' ORDER BY `id_order` DESC LIMIT ' . $most
        );
        if ($orders === []) {
            return [];
        }
        $products = $tables->rows(
            '`id_order`, `product_name` FROM `' . _DB_PREFIX_ . 'order_detail` WHERE `id_order` IN ('
            . implode(', ', array_map('intval', array_column($orders, 'id_order'))) . ') ORDER BY `id_order` DESC,'
            . ' `id_order_detail` LIMIT 200'
        );

        return array_map(static function (array $order) use ($products): \SupportBridge\OwnOrder {
            $names = [];
            foreach ($products as $product) {
                if ($product['id_order'] === $order['id_order']) {
                    $names[] = (string) $product['product_name'];
                }
            }

            return new \SupportBridge\OwnOrder(
                (int) $order['id_order'],
                (string) $order['reference'],
                (string) $order['date_add'],
                $names
            );
        }, $orders);
    }

    public function log(string $message): void
    {
        $this->module->report($message);
    }
}
