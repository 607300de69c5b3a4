<?php

namespace SupportBridge;

/**
 * A file of a message as its customer downloads it: only ever saved, never shown within the shop's page.
 *
 * All of it is proven before the first byte is sent, so that nobody gets half of one or another's. The type that a
 * browser is told is one of few.
 */
final class FileDownload
{
    /** All of it: no file of ours is larger than a page can hold. */
    public string $content;

    private string $name;

    private string $type;

    /**
     * @param array{file: string, name: string, size: int, type: string} $file as the signed message names it
     * @param bool $isOwn whether the customer has sent it himself
     *
     * @throws Problem for a file that is not there whole, or not his
     */
    public function __construct(FileParts $parts, array $file, bool $isOwn)
    {
        if (!FormToken::isUuid($file['file'])) {
            throw new Problem('a message names a file that cannot be one');
        }
        $this->name = FileName::shown($file['name']);
        $this->type = FileName::isKnown($file['type']) ? $file['type'] : 'application/octet-stream';
        $direction = $isOwn ? Signature::SHOP_TO_DESK : Signature::DESK_TO_SHOP;
        $this->content = self::proven($parts, $file['file'], $file['size'], $direction);
    }

    /**
     * A shop may pack what it sends, so its length is not among them.
     *
     * @return string[] each whole
     */
    public function headers(): array
    {
        $plain = (string) preg_replace('/[^A-Za-z0-9 ._()-]/u', '_', $this->name);
        $text = strncmp($this->type, 'text/', 5) === 0 ? '; charset=utf-8' : '';

        return [
            'Content-Type: ' . $this->type . $text,
            'Content-Disposition: attachment; filename="' . $plain . "\"; filename*=UTF-8''" . rawurlencode($this->name),
            'X-Content-Type-Options: nosniff',
            "Content-Security-Policy: default-src 'none'; sandbox",
            'Cache-Control: no-store, private',
            'X-Frame-Options: DENY',
        ];
    }

    /**
     * @throws Problem
     */
    private static function proven(FileParts $parts, string $file, int $size, string $direction): string
    {
        $count = FileParts::count($size);
        $content = '';
        $sha256 = '';
        for ($part = 0; $part < $count; $part++) {
            $read = $parts->part($file, $part, $size, $direction);
            if ($read['parts'] !== $count) {
                throw new Problem('a file has another number of parts than its size needs');
            }
            if ($part > 0 && $read['sha256'] !== $sha256) {
                throw new Problem('a part of a file belongs to another content');
            }
            $sha256 = $read['sha256'];
            $content .= $read['data'];
        }
        if (strlen($content) !== $size || !hash_equals($sha256, hash('sha256', $content))) {
            throw new Problem('a file is not what was signed of it');
        }

        return $content;
    }
}
