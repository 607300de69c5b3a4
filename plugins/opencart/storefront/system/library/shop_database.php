<?php

namespace Opencart\System\Library\Extension\Supportbridge;

/**
 * The shop's own database connection, as the shared classes want it.
 *
 * It believes: OpenCart's drivers throw a plain exception whose text ends with the whole statement, and the server's
 * error number stands in it as "Error No: 1146" (mysqli) or after "SQLSTATE[42S02]" (PDO). Before that, 3.0 gives a
 * warning, which its page prints and 4.0's page ends at: so no warning leaves this class.
 */
class ShopDatabase implements \SupportBridge\Database
{
    /** @var \Opencart\System\Library\DB */
    private $db;

    /**
     * @param \Opencart\System\Library\DB $db
     */
    public function __construct($db)
    {
        $this->db = $db;
    }

    public function row(string $sql): ?array
    {
        $result = $this->answer($sql);

        return is_object($result) && $result->num_rows > 0 ? $result->row : null;
    }

    public function rows(string $sql): array
    {
        $result = $this->answer($sql);

        return is_object($result) ? $result->rows : [];
    }

    public function write(string $sql): void
    {
        $this->answer($sql);
    }

    /**
     * The shop that an order belongs to, null if that cannot be had, for instance because it has been deleted.
     *
     * The shop of the running request is another one where the administration changes an order of a second shop.
     */
    public function shopOfOrder(int $orderId): ?int
    {
        try {
            $order = $this->row('SELECT `store_id` FROM `' . DB_PREFIX . 'order` WHERE `order_id` = ' . $orderId);
        } catch (\SupportBridge\DatabaseFailure $failure) {
            return null;
        }

        return $order === null ? null : (int) $order['store_id'];
    }

    /**
     * @return mixed
     */
    private function answer(string $sql)
    {
        set_error_handler(static function (): bool {
            return true;
        });
        try {
            return $this->db->query($sql);
        } catch (\Exception $error) {
            throw new \SupportBridge\DatabaseFailure(self::errorNumber($error));
        } finally {
            restore_error_handler();
        }
    }

    private static function errorNumber(\Exception $error): int
    {
        $patterns = ['/Error No: ([0-9]{1,5})\b/', '/SQLSTATE\[[0-9A-Z]{5}\][^0-9]*([0-9]{4})\b/'];
        foreach ($patterns as $pattern) {
            if (preg_match($pattern, $error->getMessage(), $number) === 1) {
                return (int) $number[1];
            }
        }

        return (int) $error->getCode();
    }
}
