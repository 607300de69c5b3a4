<?php

namespace SupportBridge;

/**
 * A file of a message as its customer downloads it: only ever saved, never shown within the shop's page.
 *
 * All of it is proven before the first byte is sent, a part at a time, so that nobody gets half of one or another's;
 * then it is read once more and sent. The type that a browser is told is one of few.
 */
final class FileDownload
{
    private FileParts $parts;

    private string $direction;

    private string $file;

    private string $name;

    private string $type;

    private int $size;

    private int $count;

    private string $sha256;

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
        $this->parts = $parts;
        $this->direction = $isOwn ? Signature::SHOP_TO_DESK : Signature::DESK_TO_SHOP;
        $this->file = $file['file'];
        $this->name = FileName::shown($file['name']);
        $this->type = FileName::isKnown($file['type']) ? $file['type'] : 'application/octet-stream';
        $this->size = $file['size'];
        $this->prove();
    }

    /**
     * @return string[] each whole
     */
    public function headers(): array
    {
        $plain = (string) preg_replace('/[^A-Za-z0-9 ._()-]/u', '_', $this->name);
        $text = strncmp($this->type, 'text/', 5) === 0 ? '; charset=utf-8' : '';

        return [
            'Content-Type: ' . $this->type . $text,
            'Content-Length: ' . $this->size,
            'Content-Disposition: attachment; filename="' . $plain . "\"; filename*=UTF-8''" . rawurlencode($this->name),
            'X-Content-Type-Options: nosniff',
            "Content-Security-Policy: default-src 'none'; sandbox",
            'Cache-Control: no-store, private',
            'X-Frame-Options: DENY',
        ];
    }

    /**
     * Send it to the browser, and nothing else: what was collected for a page before is thrown away.
     *
     * @throws Problem where a part has changed since it was proven; what was sent is shorter than its header says then
     */
    public function send(): void
    {
        while (ob_get_level() > 0 && ob_end_clean()) {
            continue;
        }
        foreach ($this->headers() as $header) {
            header($header);
        }
        $this->each(static function (string $data): void {
            echo $data;
            flush();
        });
    }

    /**
     * @param callable(string): void $take is given the file's bytes in order
     *
     * @throws Problem
     */
    public function each(callable $take): void
    {
        for ($part = 0; $part < $this->count; $part++) {
            $read = $this->read($part);
            if ($read['sha256'] !== $this->sha256) {
                throw new Problem('a part of a file belongs to another content');
            }
            $take($read['data']);
        }
    }

    /**
     * @throws Problem
     */
    private function prove(): void
    {
        $first = $this->read(0);
        $this->count = $first['parts'];
        $this->sha256 = $first['sha256'];
        if ($this->count !== max(1, (int) ceil($this->size / FileParts::PART_BYTES))) {
            throw new Problem('a file has another number of parts than its size needs');
        }
        $sum = hash_init('sha256');
        $size = 0;
        $this->each(static function (string $data) use ($sum, &$size): void {
            hash_update($sum, $data);
            $size += strlen($data);
        });
        if ($size !== $this->size || !hash_equals($this->sha256, hash_final($sum))) {
            throw new Problem('a file is not what was signed of it');
        }
    }

    /**
     * @return array{sha256: string, parts: int, data: string}
     *
     * @throws Problem
     */
    private function read(int $part): array
    {
        return $this->parts->part($this->file, $part, $this->size, $this->direction);
    }
}
