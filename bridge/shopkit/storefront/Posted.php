<?php

namespace SupportBridge;

/**
 * Something that the customer has done and that lies in the desk's inbox.
 */
final class Posted
{
    public string $uuid;

    public Deed $deed;

    /** The shop's clock when it was written. */
    public int $at;

    public function __construct(string $uuid, Deed $deed, int $at)
    {
        $this->uuid = $uuid;
        $this->deed = $deed;
        $this->at = $at;
    }
}
