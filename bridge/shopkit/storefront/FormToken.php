<?php

namespace SupportBridge;

/**
 * Proves that a form was made by our own page for this customer in this session, and which row it will become.
 *
 * The number (a UUID of version 4) goes into the desk's inbox as the row's own: a form that is sent twice is one row.
 * The token covers it, so that another site can neither make a form nor send one again under another number.
 */
final class FormToken
{
    private const PURPOSE = 'form-token';
    private const UUID = '/\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z/';

    private KeyFile $key;

    private string $session;

    private int $customerId;

    public function __construct(KeyFile $key, string $session, int $customerId)
    {
        $this->key = $key;
        $this->session = $session;
        $this->customerId = $customerId;
    }

    public static function newUuid(): string
    {
        $bytes = random_bytes(16);
        $bytes[6] = chr(ord($bytes[6]) & 0x0F | 0x40);
        $bytes[8] = chr(ord($bytes[8]) & 0x3F | 0x80);

        return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
    }

    public static function isUuid(string $text): bool
    {
        return preg_match(self::UUID, $text) === 1;
    }

    public function of(string $kind, string $uuid): string
    {
        return $this->under($this->key->derived(self::PURPOSE)[0], $kind, $uuid);
    }

    public function fits(Form $form): bool
    {
        if ($this->session === '' || !self::isUuid($form->uuid)) {
            return false;
        }
        foreach ($this->key->derived(self::PURPOSE) as $secret) {
            if (hash_equals($this->under($secret, $form->kind, $form->uuid), $form->token)) {
                return true;
            }
        }

        return false;
    }

    private function under(string $secret, string $kind, string $uuid): string
    {
        return hash_hmac('sha256', $this->customerId . "\n" . $kind . "\n" . $uuid . "\n" . $this->session, $secret);
    }
}
