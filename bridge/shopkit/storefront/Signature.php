<?php

namespace SupportBridge;

/**
 * The signature of a row that the desk left in the shop's database.
 *
 * It covers the format's version, the direction, the table, the key's id and the exact stored bytes, so a row copied to
 * another table or signed for the other direction does not verify.
 */
final class Signature
{
    public static function of(string $key, string $table, string $keyId, string $payload): string
    {
        return hash_hmac('sha256', "supportbridge:1\ndesk-to-shop\n" . $table . "\n" . $keyId . "\n" . $payload, $key);
    }
}
