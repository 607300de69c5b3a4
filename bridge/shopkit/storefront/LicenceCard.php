<?php

namespace SupportBridge;

/**
 * One licence: its key, how it stands, its three dates, and the domains that it is used on (rules L1, L6).
 */
final class LicenceCard
{
    private PageKit $kit;

    private bool $canSend;

    /** @var array<string, true> the domains, each behind its licence's number, whose release lies in the desk's inbox */
    private array $undecided = [];

    /**
     * @param Posted[]|null $waiting what has been sent and not been answered, null where nothing can be sent
     */
    public function __construct(PageKit $kit, ?array $waiting)
    {
        $this->kit = $kit;
        $this->canSend = $waiting !== null;
        foreach ($waiting ?? [] as $posted) {
            if ($posted->deed->kind === 'licence_release') {
                $this->undecided[$posted->deed->data['licence'] . ' ' . $posted->deed->data['domain']] = true;
            }
        }
    }

    public function html(Licence $licence): Html
    {
        $kit = $this->kit;
        $state = $licence->stateAt($kit->now);
        $facts = [$kit->fact('state', 'licence_state', Html::of(
            'span',
            ['class' => 'supportbridge-state supportbridge-state--' . $state],
            $kit->say($licence->wordAt($kit->now))
        ))];
        foreach (Licence::TERMS as $term) {
            $facts[] = $kit->fact($term . '-until', 'licence_until_' . $term, $this->end($licence->ends[$term]));
        }

        return Html::of(
            'article',
            ['class' => 'supportbridge-card', 'data-supportbridge' => 'licence-' . $licence->id],
            Html::of('h3', ['class' => 'supportbridge-card__title'], Html::picked($kit->language->pick($licence->name))),
            $licence->order === null ? null : Html::of('p', ['class' => 'supportbridge-card__numbers'], $kit->say(
                'licence_order',
                ['order' => $kit->language->digits((string) $licence->order)]
            )),
            Html::of(
                'p',
                [],
                $kit->say('licence_key') . ' ',
                Html::of('code', ['class' => 'supportbridge-key', 'dir' => 'ltr'], $licence->key)
            ),
            $kit->facts(...$facts),
            $this->renewal($licence),
            $this->domains($licence)
        );
    }

    /**
     * @param array{at: int, text: array<string, string>}|null $end
     */
    private function end(?array $end): Html
    {
        $kit = $this->kit;
        if ($end === null) {
            return Html::of('span', [], $kit->say('licence_for_good'));
        }
        $last = Html::picked($kit->language->pick($end['text']));

        return Html::of('time', ['datetime' => Language::iso($end['at'])], $last);
    }

    private function renewal(Licence $licence): ?Html
    {
        if ($licence->renewUrl === '' || $licence->stateAt($this->kit->now) === 'refunded') {
            return null;
        }
        $attributes = ['href' => $licence->renewUrl, 'class' => 'supportbridge-button supportbridge-button--second'];

        return Html::of('p', [], Html::of('a', $attributes, $this->kit->say('licence_renew')));
    }

    private function domains(Licence $licence): Html
    {
        $kit = $this->kit;
        $used = count($licence->domains);
        $items = [];
        foreach ($licence->domains as $domain => $since) {
            $items[] = $this->domain($licence, (string) $domain, $since);
        }

        return Html::of(
            'div',
            ['class' => 'supportbridge-domains', 'data-supportbridge' => 'domains'],
            Html::of('p', [], $licence->places === null
                ? $kit->say('licence_domains_any', ['used' => $used])
                : $kit->say('licence_domains', ['used' => $used, 'places' => $licence->places])),
            $items === [] ? null : Html::of('ul', ['class' => 'supportbridge-rights'], ...$items),
            $items === [] ? null : $this->releases($licence)
        );
    }

    private function domain(Licence $licence, string $domain, int $since): Html
    {
        $kit = $this->kit;
        $sent = isset($this->undecided[$licence->id . ' ' . $domain]);
        $canRelease = $this->canSend && !$sent && $licence->releasesLeft($kit->now) > 0;
        $named = ['licence' => $licence->id, 'domain' => $domain];
        $letters = $licence->inLetters($domain);
        $title = $letters === $domain ? null : Html::unturned($domain);

        return Html::of(
            'li',
            ['class' => 'supportbridge-right'],
            Html::of(
                'span',
                ['class' => 'supportbridge-right__name'],
                Html::of('bdi', ['dir' => 'ltr', 'title' => $title], Html::unturned($letters)),
                ' ',
                Html::of('span', ['class' => 'supportbridge-quiet'], $kit->say('licence_since', [
                    'day' => "\u{2068}" . $kit->language->day($since) . "\u{2069}",
                ]))
            ),
            $sent ? Html::of('span', ['class' => 'supportbridge-quiet'], $kit->say('answer_waiting')) : null,
            $canRelease ? Html::of(
                'details',
                ['class' => 'supportbridge-details'],
                Html::of('summary', [], $kit->say('licence_release')),
                $kit->paragraph('licence_release_help'),
                $kit->form('licence_release', $named, $kit->submit('licence_release_now', [], false))
            ) : null
        );
    }

    /**
     * How often a domain can still be released here.
     */
    private function releases(Licence $licence): Html
    {
        $values = [
            'left' => $licence->releasesLeft($this->kit->now),
            'most' => $licence->mostReleases,
            'days' => $licence->releaseDays,
        ];
        $text = $values['left'] > 0 ? 'licence_releases' : 'licence_releases_none';

        return Html::of(
            'p',
            ['class' => 'supportbridge-quiet', 'data-supportbridge' => 'releases'],
            $this->kit->say($text, $values)
        );
    }
}
