<?php

namespace SupportBridge;

/**
 * The signature of a row in the shop's database: one that the desk left there, or one that our pages leave for it.
 *
 * It covers the format's version, the direction, the table, the key's id and the exact stored bytes, so a row copied to
 * another table or signed for the other direction does not verify.
 */
final class Signature
{
    public const DESK_TO_SHOP = 'desk-to-shop';
    public const SHOP_TO_DESK = 'shop-to-desk';

    public static function of(string $key, string $direction, string $table, string $keyId, string $payload): string
    {
        $signed = "supportbridge:1\n" . $direction . "\n" . $table . "\n" . $keyId . "\n" . $payload;

        return hash_hmac('sha256', $signed, $key);
    }
}
