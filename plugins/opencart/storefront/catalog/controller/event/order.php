<?php

namespace Opencart\Catalog\Controller\Extension\Supportbridge\Event;

/**
 * Tells the desk that an order has changed.
 *
 * Runs after the shop has booked the change, in the storefront, in a payment's answer and in the administration alike.
 */
class Order extends \Opencart\System\Engine\Controller
{
    /**
     * Events catalog/model/checkout/order.addHistory/after and deleteOrder/after.
     *
     * The defaults let the address of this method be opened directly: it then does nothing.
     *
     * @param array<int, mixed> $args what the model was called with: the order's id first
     */
    public function changed(string &$route = '', array &$args = []): void
    {
        if ($args === []) {
            return;
        }
        try {
            $shared = DIR_EXTENSION . 'supportbridge/system/library/shared/all.php';
            if (!is_file($shared)) { // asked first, because a missing file would end the request
                return;
            }
            require_once $shared;
            $database = new \Opencart\System\Library\Extension\Supportbridge\ShopDatabase($this->db);
            \SupportBridge\Hints::orderChanged(
                $database,
                DB_PREFIX,
                DIR_STORAGE,
                $database->shopOfOrder((int) reset($args)),
                function (string $message): void {
                    $this->log->write('Support Bridge: ' . $message);
                }
            );
        } catch (\Throwable $error) { // whatever it was, the order goes on
        }
    }
}
