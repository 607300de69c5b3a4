<?php

namespace Opencart\System\Library\Extension\Supportbridge;

/**
 * The shop's own database connection, as the shared classes want it.
 *
 * It believes: OpenCart's drivers throw a plain exception whose text ends with the whole statement, and the server's
 * error number stands in it as "Error No: 1146" (mysqli) or after "SQLSTATE[42S02]" (PDO).
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

    public function write(string $sql): void
    {
        $this->answer($sql);
    }

    /**
     * @return mixed
     */
    private function answer(string $sql)
    {
        try {
            return $this->db->query($sql);
        } catch (\Exception $error) {
            throw new \SupportBridge\DatabaseFailure(self::errorNumber($error));
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
