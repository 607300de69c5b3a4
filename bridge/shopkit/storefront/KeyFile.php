<?php

namespace SupportBridge;

/**
 * The key that the shop shares with the desk, and the store it belongs to.
 *
 * It believes: the desk's operator has put `supportbridge-<store>.php` into a folder of the shop that is not the
 * extension's own; the file returns an array and prints nothing. A folder may hold the files of several stores, and one
 * broken file does not keep the others from working.
 */
final class KeyFile
{
    private const VERSION = 1;
    private const KEYS_AT_MOST = 2;

    private string $store;

    /** @var int[] no id at all means every shop of the database */
    private array $shopIds;

    /** @var array<string, string> the raw bytes of each key by its id */
    private array $keys;

    /**
     * @param int[] $shopIds
     * @param array<string, string> $keys
     */
    private function __construct(string $store, array $shopIds, array $keys)
    {
        $this->store = $store;
        $this->shopIds = $shopIds;
        $this->keys = $keys;
    }

    /**
     * The key file for a shop; one that names the shop goes before one for every shop.
     *
     * @throws Problem
     */
    public static function forShop(string $folder, int $shopId): self
    {
        $naming = [];
        $general = [];
        $broken = [];
        foreach (self::names($folder) as $name) {
            try {
                $file = self::read($folder, $name);
            } catch (Problem $problem) {
                $broken[] = $problem->getMessage();
                continue;
            }
            if ($file->shopIds === []) {
                $general[] = $file;
            } elseif (in_array($shopId, $file->shopIds, true)) {
                $naming[] = $file;
            }
        }
        $fitting = $naming !== [] ? $naming : $general;
        if (count($fitting) > 1) {
            throw new Problem('more than one key file is for shop ' . $shopId);
        }
        if ($fitting === []) {
            throw new Problem($broken !== [] ? implode('; ', $broken) : 'there is no key file for shop ' . $shopId);
        }

        return $fitting[0];
    }

    /**
     * The stores whose key file is for a shop, or for any shop where none is named; a file that cannot be used is left out.
     *
     * @return string[] in the order of their names
     */
    public static function stores(string $folder, ?int $shopId): array
    {
        $stores = [];
        foreach (self::names($folder) as $name) {
            try {
                $file = self::read($folder, $name);
            } catch (Problem $problem) {
                continue;
            }
            if ($shopId === null || $file->shopIds === [] || in_array($shopId, $file->shopIds, true)) {
                $stores[] = $file->store;
            }
        }

        return $stores;
    }

    /**
     * The key files in a folder, in the order of their names.
     *
     * @return string[]
     */
    public static function names(string $folder): array
    {
        $all = is_dir($folder) && is_readable($folder) ? scandir($folder) : false;

        return array_values(preg_grep('/\Asupportbridge-.*\.php\z/', $all === false ? [] : $all));
    }

    /**
     * @throws Problem
     */
    public static function read(string $folder, string $name): self
    {
        $path = rtrim($folder, '/') . '/' . $name;
        if (!is_file($path) || !is_readable($path)) {
            throw new Problem('the key file ' . $name . ' cannot be read');
        }
        ob_start(); // a stray blank before its first line must not reach the page
        try {
            $content = (static function (string $file) {
                return include $file;
            })($path);
        } catch (\Throwable $error) { // whatever PHP finds in it: the page goes on without it
            throw new Problem('the key file ' . $name . ' is not valid PHP');
        } finally {
            ob_end_clean();
        }

        return self::fromContent($content, $name);
    }

    /**
     * Whether a folder lies where the web server hands files out.
     *
     * @param string[] $webRoots
     */
    public static function isInside(string $folder, array $webRoots): bool
    {
        $real = realpath($folder);
        foreach ($webRoots as $root) {
            $realRoot = $root === '' ? false : realpath($root);
            if ($real !== false && $realRoot !== false && strpos($real . '/', rtrim($realRoot, '/') . '/') === 0) {
                return true;
            }
        }

        return false;
    }

    public function store(): string
    {
        return $this->store;
    }

    /**
     * @return int[]
     */
    public function shopIds(): array
    {
        return $this->shopIds;
    }

    /**
     * Whether one of the keys signed these exact bytes for this table.
     */
    public function verifies(
        string $table,
        string $payload,
        string $keyId,
        string $mac,
        string $direction = Signature::DESK_TO_SHOP
    ): bool {
        return isset($this->keys[$keyId])
            && hash_equals(Signature::of($this->keys[$keyId], $direction, $table, $keyId, $payload), $mac);
    }

    /**
     * A signature for what one of our pages leaves for the desk, by the newest key: its id, and the signature.
     *
     * @return array{0: string, 1: string}
     */
    public function sign(string $table, string $payload): array
    {
        $keyId = (string) array_key_last($this->keys);

        return [$keyId, Signature::of($this->keys[$keyId], Signature::SHOP_TO_DESK, $table, $keyId, $payload)];
    }

    /**
     * A secret for one purpose, one of each key, the newest first; nothing of the keys themselves can be told from it.
     *
     * @return string[]
     */
    public function derived(string $purpose): array
    {
        return array_map(static function (string $key) use ($purpose): string {
            return hash_hmac('sha256', "supportbridge:1\n" . $purpose, $key, true);
        }, array_reverse(array_values($this->keys)));
    }

    /**
     * @param mixed $content
     *
     * @throws Problem
     */
    private static function fromContent($content, string $name): self
    {
        if (!is_array($content) || !isset($content['version'], $content['store'], $content['shop_ids'], $content['keys'])) {
            throw new Problem('the key file ' . $name . ' does not return what a key file returns');
        }
        if ($content['version'] !== self::VERSION) {
            throw new Problem('the key file ' . $name . ' is of a version that this extension does not know');
        }
        $store = $content['store'];
        if (
            !is_string($store) || preg_match('/\A[a-z0-9-]{1,64}\z/', $store) !== 1
            || $name !== 'supportbridge-' . $store . '.php'
        ) {
            throw new Problem('the key file ' . $name . ' names another store than its file name');
        }
        if (!is_array($content['shop_ids']) || array_filter($content['shop_ids'], 'is_int') !== $content['shop_ids']) {
            throw new Problem('the key file ' . $name . ' has shop ids that are no whole numbers');
        }

        return new self($store, array_values($content['shop_ids']), self::keys($content['keys'], $name));
    }

    /**
     * @param mixed $keys
     *
     * @return array<string, string>
     *
     * @throws Problem
     */
    private static function keys($keys, string $name): array
    {
        if (!is_array($keys) || $keys === [] || count($keys) > self::KEYS_AT_MOST) {
            throw new Problem('the key file ' . $name . ' must have one or two keys');
        }
        $raw = [];
        foreach ($keys as $id => $hex) {
            if (!is_string($hex) || preg_match('/\A[0-9a-fA-F]{64}\z/', $hex) !== 1) {
                throw new Problem('the key file ' . $name . ' has a key that is not 64 hexadecimal digits');
            }
            $raw[(string) $id] = (string) hex2bin($hex);
        }

        return $raw;
    }
}
