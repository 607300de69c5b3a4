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

    /**
     * The numbers of the quotes, agreements or statements about which he has done something that waits for its answer.
     *
     * @param self[]|null $waiting
     * @param string $what as a deed calls them
     *
     * @return array<int, true>
     */
    public static function about(?array $waiting, string $what): array
    {
        $numbers = [];
        foreach ($waiting ?? [] as $posted) {
            if (isset($posted->deed->data[$what])) {
                $numbers[(int) $posted->deed->data[$what]] = true;
            }
        }

        return $numbers;
    }
}
