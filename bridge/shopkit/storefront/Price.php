<?php

namespace SupportBridge;

/**
 * One line of the price list (rule C13).
 */
final class Price
{
    /** That of the desk that wrote it. */
    public int $epoch;

    public string $code;

    public int $coins;

    public int $rank;

    public bool $listed;

    /** @var array<string, string> */
    public array $name;

    /** @var array<string, string> empty where there is nothing more to say */
    public array $about;

    /**
     * @throws Problem
     */
    public function __construct(Fields $fields)
    {
        $this->epoch = $fields->amount('epoch');
        $this->code = $fields->text('code');
        $this->coins = $fields->amount('coins');
        $this->rank = $fields->amount('rank');
        $this->listed = $fields->flag('listed');
        $this->name = $fields->texts('name');
        $this->about = $fields->textsIfAny('about');
    }
}
