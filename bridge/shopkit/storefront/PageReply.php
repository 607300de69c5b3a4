<?php

namespace SupportBridge;

/**
 * What a request of our page is answered with: a page, another address, a file, or what a script asked for.
 */
final class PageReply
{
    public string $title = '';

    /** The page's content as HTML; the shop puts its own head and foot around it. */
    public string $content = '';

    /** Where the browser is sent instead of a page; empty where it is not. */
    public string $address = '';

    /** The name of the file that the content is; empty for none. */
    public string $fileName = '';

    /** @var string[] those of a file of a message, each whole; none for anything else */
    private array $ofDownload = [];

    /** Whether the content is all that is sent, without the shop's head and foot. */
    public bool $isBare = false;

    public static function page(string $title, string $content): self
    {
        $reply = new self();
        $reply->title = $title;
        $reply->content = $content;

        return $reply;
    }

    public static function elsewhere(string $address): self
    {
        $reply = new self();
        $reply->address = $address;

        return $reply;
    }

    public static function file(string $name, string $content): self
    {
        $reply = new self();
        $reply->fileName = $name;
        $reply->content = $content;
        $reply->isBare = true;

        return $reply;
    }

    /**
     * A file of a message.
     */
    public static function download(FileDownload $download): self
    {
        $reply = new self();
        $reply->ofDownload = $download->headers();
        $reply->content = $download->content;
        $reply->isBare = true;

        return $reply;
    }

    /**
     * What our script asks for: whether there is something final, and how it looks.
     */
    public static function live(bool $done, string $html): self
    {
        $reply = new self();
        $reply->content = (string) json_encode(
            ['done' => $done, 'html' => $html],
            JSON_HEX_TAG | JSON_HEX_AMP | JSON_INVALID_UTF8_SUBSTITUTE
        );
        $reply->isBare = true;

        return $reply;
    }

    /**
     * The headers that belong to it, each whole: no page of a customer's is kept by anybody in between, and none is
     * shown within somebody else's page, where a click could be led to a button.
     *
     * @return string[]
     */
    public function headers(): array
    {
        if ($this->ofDownload !== []) {
            return $this->ofDownload;
        }
        $headers = ['Cache-Control: no-store, private', 'X-Frame-Options: DENY'];
        if ($this->fileName !== '') {
            $headers[] = 'Content-Type: text/csv; charset=utf-8';
            $headers[] = 'Content-Disposition: attachment; filename="' . $this->fileName . '"';
        } elseif ($this->isBare) {
            $headers[] = 'Content-Type: application/json';
        }
        if ($this->isBare) {
            $headers[] = 'X-Content-Type-Options: nosniff';
        }

        return $headers;
    }
}
