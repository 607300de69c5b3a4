<?php

namespace SupportBridge;

/**
 * What a request of our page is answered with: a page, another address, or a file.
 */
final class PageReply
{
    public string $title = '';

    /** The page's content as HTML; the shop puts its own head and foot around it. */
    public string $content = '';

    /** Seconds after which the browser should look again; 0 for never. */
    public int $refresh = 0;

    /** Where the browser is sent instead of a page; empty where it is not. */
    public string $address = '';

    /** The name of the file that the content is; empty for a page. */
    public string $fileName = '';

    public static function page(string $title, string $content, int $refresh = 0): self
    {
        $reply = new self();
        $reply->title = $title;
        $reply->content = $content;
        $reply->refresh = $refresh;

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
        $headers = ['Cache-Control: no-store, private', 'X-Frame-Options: DENY'];
        if ($this->refresh > 0) {
            $headers[] = 'Refresh: ' . $this->refresh;
        }
        if ($this->fileName !== '') {
            $headers[] = 'Content-Type: text/csv; charset=utf-8';
            $headers[] = 'Content-Disposition: attachment; filename="' . $this->fileName . '"';
            $headers[] = 'X-Content-Type-Options: nosniff';
        }

        return $headers;
    }
}
