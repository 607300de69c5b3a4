<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * The shop's own database connection, as the shared classes want it.
 *
 * It believes: PrestaShop throws or returns false by version and settings, its messages repeat the statement, and the
 * server's error number can be asked for afterwards. `executeS` takes only statements that begin with SELECT and keeps
 * results in a cache; `query` does neither.
 */
class SupportbridgeDatabase implements \SupportBridge\Database
{
    /** @var Db */
    private $db;

    public function __construct(Db $db)
    {
        $this->db = $db;
    }

    public function row(string $sql): ?array
    {
        return $this->rows($sql)[0] ?? null;
    }

    public function rows(string $sql): array
    {
        $rows = [];
        try {
            $result = $this->db->query($sql);
            while ($result && is_array($row = $this->db->nextRow($result))) {
                $rows[] = $row;
            }
        } catch (PrestaShopException $error) {
            throw new \SupportBridge\DatabaseFailure((int) $this->db->getNumberError());
        }
        if (!$result) {
            throw new \SupportBridge\DatabaseFailure((int) $this->db->getNumberError());
        }

        return $rows;
    }

    public function write(string $sql): void
    {
        try {
            $done = $this->db->query($sql);
        } catch (PrestaShopException $error) {
            $done = false;
        }
        if (!$done) {
            throw new \SupportBridge\DatabaseFailure((int) $this->db->getNumberError());
        }
    }
}
