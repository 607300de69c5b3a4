<?php

namespace SupportBridge;

/**
 * What every part of our page is made with: the reader's language, links, and forms that only we can have made.
 */
final class PageKit
{
    /** The forms that files can come with. */
    private const WITH_FILES = ['ticket_open', 'ticket_reply'];

    public Language $language;

    public int $now;

    private Shop $shop;

    private FormToken $token;

    public function __construct(Shop $shop, FormToken $token, Language $language, int $now)
    {
        $this->shop = $shop;
        $this->token = $token;
        $this->language = $language;
        $this->now = $now;
    }

    /**
     * @param array<string, string|int> $values
     */
    public function say(string $name, array $values = []): string
    {
        return $this->language->say($name, $values);
    }

    /**
     * @param array<string, string|int> $parameters
     */
    public function link(string $text, array $parameters, string $class = 'supportbridge-link'): Html
    {
        return Html::of('a', ['href' => $this->shop->address($parameters), 'class' => $class], $this->say($text));
    }

    /**
     * @param array<string, string|int> $parameters
     */
    public function button(string $text, array $parameters): Html
    {
        return $this->link($text, $parameters, 'supportbridge-button supportbridge-button--second');
    }

    /**
     * @param array<string, string|int> $parameters
     */
    public function address(array $parameters): string
    {
        return $this->shop->address($parameters);
    }

    /**
     * A number that somebody should see.
     */
    public function badge(int $count, string $text): Html
    {
        return Html::of(
            'span',
            ['class' => 'supportbridge-badge'],
            Html::of('span', ['aria-hidden' => 'true'], $this->language->number($count)),
            Html::of('span', ['class' => 'supportbridge-unseen'], ' ' . $this->say($text, ['count' => $count]))
        );
    }

    /**
     * One part of the page; if it cannot be made, words that say so, and the reason in the shop's log.
     *
     * @param callable(): ?Html $make
     */
    public function part(callable $make): ?Html
    {
        try {
            return $make();
        } catch (Problem $problem) {
            $this->shop->log('a part of the support page is not shown: ' . $problem->getMessage());

            return $this->notice($problem->getCode() === Problem::NEWER_VERSION ? 'newer' : 'problem_part');
        }
    }

    /**
     * A part of the page under its own heading.
     *
     * @param Html|string|null ...$content
     */
    public function section(string $name, string $heading, ...$content): Html
    {
        $heading = Html::of('h2', ['class' => 'supportbridge-page__heading'], $this->say($heading));
        $attributes = ['class' => 'supportbridge-page__part', 'data-supportbridge' => $name];

        return Html::of('section', $attributes, $heading, ...$content);
    }

    public function paragraph(string $text, array $values = []): Html
    {
        return Html::of('p', [], $this->say($text, $values));
    }

    public function notice(string $text, array $values = []): Html
    {
        return Html::of('p', ['class' => 'supportbridge-notice', 'role' => 'status'], $this->say($text, $values));
    }

    /**
     * The desk's or staff's own words, line by line as they were written; nothing where they have been erased.
     */
    public function words(string $text, string $language): ?Html
    {
        $attributes = ['class' => 'supportbridge-words', 'lang' => $language === '' ? null : $language, 'dir' => 'auto'];

        return $text === '' ? null : Html::of('div', $attributes, $text);
    }

    /**
     * Words of ours beside a number, in the direction of their language: by themselves they would take that of the first
     * letter or mark, which a sign before the number turns the other way.
     *
     * @param array<string, string> $texts
     */
    public function worded(array $texts): Html
    {
        [$text, $code] = $this->language->pick($texts);
        $attributes = ['lang' => $code, 'dir' => Language::directionOf($code), 'class' => 'supportbridge-worded'];

        return Html::of('bdi', $attributes, Html::unturned($text));
    }

    /**
     * A label and what stands for it, in a list of such.
     *
     * @param Html|string $value
     */
    public function fact(string $name, string $label, $value): Html
    {
        return Html::of(
            'div',
            ['class' => 'supportbridge-account__fact'],
            Html::of('dt', [], $this->say($label)),
            Html::of('dd', ['data-supportbridge' => $name], $value)
        );
    }

    /**
     * @param Html|null ...$facts
     */
    public function facts(...$facts): Html
    {
        return Html::of('dl', ['class' => 'supportbridge-account__facts'], ...$facts);
    }

    /**
     * A form that becomes one row of the desk's inbox, with the button that sends it.
     *
     * @param array<string, string|int> $hidden
     * @param Html|null ...$fields
     */
    public function form(string $kind, array $hidden, Html $button, ...$fields): Html
    {
        $uuid = FormToken::newUuid();
        $hidden = ['kind' => $kind, 'uuid' => $uuid, 'token' => $this->token->of($kind, $uuid)] + $hidden;
        $inputs = [];
        foreach ($hidden as $name => $value) {
            $inputs[] = Html::of('input', ['type' => 'hidden', 'name' => Form::PREFIX . $name, 'value' => $value]);
        }
        $attributes = ['method' => 'post', 'action' => $this->shop->address([]), 'accept-charset' => 'utf-8'];

        return Html::of(
            'form',
            $attributes + [
                'enctype' => in_array($kind, self::WITH_FILES, true) ? 'multipart/form-data' : null,
                'class' => 'supportbridge-form',
                'data-supportbridge' => $kind,
            ],
            ...$inputs,
            ...$fields,
            ...[$button]
        );
    }

    /**
     * @param array<string, string|int> $values
     */
    public function submit(string $text, array $values = [], bool $first = true): Html
    {
        $class = $first ? 'supportbridge-button' : 'supportbridge-button supportbridge-button--second';

        return Html::of('button', ['type' => 'submit', 'class' => $class], $this->say($text, $values));
    }

    /**
     * A field with its label; longer than `$longest` nothing can be typed.
     *
     * @param array<string, string|int|bool|null> $attributes
     */
    public function input(string $name, string $label, int $longest, string $typed, array $attributes = []): Html
    {
        $attributes += ['dir' => 'auto'];
        $attributes += ['required' => true];
        $shared = ['name' => Form::PREFIX . $name, 'maxlength' => $longest, 'class' => 'supportbridge-input'];
        $field = isset($attributes['rows'])
            ? Html::of('textarea', $shared + $attributes, "\n" . $typed) // a browser drops the first line break
            : Html::of('input', ['type' => 'text', 'value' => $typed] + $shared + $attributes);

        return Html::of(
            'label',
            ['class' => 'supportbridge-field'],
            Html::of('span', ['class' => 'supportbridge-field__label'], $this->say($label)),
            $field
        );
    }

    /**
     * A list to choose one thing from, or none; its label above it.
     *
     * @param array<int|string, string> $choices what is shown, by the value that is sent
     */
    public function select(string $name, string $label, string $none, array $choices, string $chosen): Html
    {
        $options = [Html::of('option', ['value' => ''], $this->say($none))];
        foreach ($choices as $value => $text) {
            $isChosen = (string) $value === $chosen;
            $options[] = Html::of('option', ['value' => (string) $value, 'selected' => $isChosen], $text);
        }

        return Html::of(
            'label',
            ['class' => 'supportbridge-field'],
            Html::of('span', ['class' => 'supportbridge-field__label'], $this->say($label)),
            Html::of('select', ['name' => Form::PREFIX . $name, 'class' => 'supportbridge-input'], ...$options)
        );
    }

    /**
     * A box to tick, or one of several, with what it means under its name.
     */
    public function choice(string $type, string $name, string $value, string $label, string $help, bool $isChosen): Html
    {
        $attributes = ['type' => $type, 'name' => Form::PREFIX . $name, 'value' => $value, 'checked' => $isChosen];

        return Html::of(
            'label',
            ['class' => 'supportbridge-tick'],
            Html::of('input', $attributes),
            Html::of(
                'span',
                [],
                Html::of('span', ['class' => 'supportbridge-tick__name'], $this->say($label)),
                ' ',
                Html::of('span', ['class' => 'supportbridge-quiet'], $this->say($help))
            )
        );
    }
}
