<?php

namespace SupportBridge;

/**
 * What a customer does on one of our pages: its kind, and exactly the data that the desk takes for it.
 *
 * It believes nothing of what comes with a form: lengths, numbers and characters are checked here, so that whoever types
 * learns at once what is wrong. Whether it is allowed, the desk decides.
 */
final class Deed
{
    public const LONGEST_SUBJECT = 200;
    public const LONGEST_TEXT = 4000;
    public const LONGEST_PRODUCT = 200;
    public const LONGEST_DOMAIN = 253;
    public const LONGEST_DISPUTE = 2000;
    public const LONGEST_CODE = 32;

    /** What a ticket can be about (rule T1). */
    public const TICKET_KINDS = ['pre_sales', 'support', 'work'];

    /** What is done in the view of premium time. */
    public const PREMIUM_KINDS = ['agreement_accept', 'agreement_decline', 'bill_accept', 'bill_dispute', 'chat_code'];

    private const OLDER_KINDS = ['request_open' => 'ticket_open', 'request_reply' => 'ticket_reply'];
    private const HIGHEST_NUMBER = 4294967295;
    private const HASH = '/\A[0-9a-f]{64}\z/';

    public string $kind;

    /** @var array<string, mixed> */
    public array $data;

    /**
     * @param array<string, mixed> $data
     */
    public function __construct(string $kind, array $data)
    {
        $this->kind = $kind;
        $this->data = $data;
    }

    /**
     * What a row of the inbox says; extensions before 0.5.0 called a ticket a request.
     *
     * @param array<string, mixed> $data
     */
    public static function posted(string $kind, array $data): self
    {
        if (isset($data['request']) && !isset($data['ticket'])) {
            $data['ticket'] = $data['request'];
            unset($data['request']);
        }

        return new self(self::OLDER_KINDS[$kind] ?? $kind, $data);
    }

    /**
     * What a form says.
     *
     * @param callable(string): ?int $orderNumber the number of the order that a customer knows by what he typed
     *
     * @throws Refusal
     */
    public static function read(Form $form, callable $orderNumber): self
    {
        switch ($form->kind) {
            case 'quote_approve':
                return new self($form->kind, [
                    'quote' => self::id($form, 'quote'),
                    'version' => self::id($form, 'version'),
                    'text_hash' => self::matching($form, 'text_hash', self::HASH),
                ]);
            case 'quote_decline':
                return new self($form->kind, [
                    'quote' => self::id($form, 'quote'),
                    'version' => self::id($form, 'version'),
                ]);
            case 'quote_cancel':
                return new self($form->kind, ['quote' => self::id($form, 'quote')]);
            case 'ticket_open':
                // A desk before 0.6.0 refuses what it does not know; it has given nobody a licence to choose.
                $licence = $form->line('licence') === '' ? [] : ['licence' => self::id($form, 'licence')];

                return new self($form->kind, $licence + [
                    'kind' => self::ticketKind($form),
                    'subject' => self::words($form->line('subject'), self::LONGEST_SUBJECT, 'subject'),
                    'text' => self::words($form->text('text'), self::LONGEST_TEXT, 'text'),
                    'price' => $form->line('price') === '' ? null : $form->line('price'),
                    'order' => $form->line('order') === '' ? null : self::id($form, 'order'),
                    'product' => $form->line('product') === ''
                        ? null
                        : self::words($form->line('product'), self::LONGEST_PRODUCT, 'product'),
                    'urgent' => $form->line('urgent') !== '',
                    'files' => [],
                ]);
            case 'ticket_reply':
                return new self($form->kind, [
                    'ticket' => self::id($form, 'ticket'),
                    'text' => self::words($form->text('text'), self::LONGEST_TEXT, 'text'),
                    'files' => [],
                ]);
            case 'ticket_cover':
                if ($form->line('licence') === '') {
                    throw new Refusal('refused_no_licence');
                }

                return new self($form->kind, [
                    'ticket' => self::id($form, 'ticket'),
                    'licence' => self::id($form, 'licence'),
                ]);
            case 'right_redeem':
                return new self($form->kind, ['right' => $form->line('right'), 'domain' => self::domain($form)]);
            case 'licence_release':
                return new self($form->kind, [
                    'licence' => self::id($form, 'licence'),
                    'domain' => self::matching($form, 'domain', '/\A[^\s]{1,' . self::LONGEST_DOMAIN . '}\z/u'),
                ]);
            case 'agreement_accept':
                return new self($form->kind, [
                    'agreement' => self::id($form, 'agreement'),
                    'version' => self::id($form, 'version'),
                    'text_hash' => self::matching($form, 'text_hash', self::HASH),
                ]);
            case 'agreement_decline':
                return new self($form->kind, [
                    'agreement' => self::id($form, 'agreement'),
                    'version' => self::id($form, 'version'),
                ]);
            case 'bill_accept':
                return new self($form->kind, [
                    'bill' => self::id($form, 'bill'),
                    'text_hash' => self::matching($form, 'text_hash', self::HASH),
                ]);
            case 'bill_dispute':
                return new self($form->kind, [
                    'bill' => self::id($form, 'bill'),
                    'text_hash' => self::matching($form, 'text_hash', self::HASH),
                    'text' => self::words($form->text('text'), self::LONGEST_DISPUTE, 'text'),
                ]);
            case 'chat_code':
                return new self($form->kind, []);
            case 'guest_claim':
                return new self($form->kind, ['order' => self::order($form, $orderNumber)]);
            case 'guest_code':
                $code = Language::plainDigits(str_replace(' ', '', $form->line('code')));
                if (preg_match('/\A[A-Za-z0-9-]{1,' . self::LONGEST_CODE . '}\z/', $code) !== 1) {
                    throw new Refusal('refused_code');
                }

                return new self($form->kind, ['order' => self::order($form, $orderNumber), 'code' => $code]);
            default:
                throw new Refusal('refused_form');
        }
    }

    /**
     * Whether it says the same. A file that is sent again gets another number and is the same by its name and content.
     */
    public function equals(self $other): bool
    {
        return $this->kind === $other->kind && $this->comparable() == $other->comparable();
    }

    /**
     * @return array<string, mixed>
     */
    private function comparable(): array
    {
        $data = $this->data;
        foreach ($data['files'] ?? [] as $at => $file) {
            $data['files'][$at] = [$file['name'] ?? '', $file['sha256'] ?? ''];
        }

        return $data;
    }

    private static function id(Form $form, string $name): int
    {
        return (int) self::matching($form, $name, '/\A[0-9]{1,15}\z/');
    }

    private static function matching(Form $form, string $name, string $pattern): string
    {
        $value = $form->line($name);
        if (preg_match($pattern, $value) !== 1) {
            throw new Refusal('refused_form');
        }

        return $value;
    }

    private static function ticketKind(Form $form): string
    {
        $kind = $form->line('about');
        if (!in_array($kind, self::TICKET_KINDS, true)) {
            throw new Refusal('refused_kind');
        }

        return $kind;
    }

    /**
     * Characters are counted as the desk counts them: an emoji is one.
     */
    private static function words(string $typed, int $longest, string $name): string
    {
        if ($typed === '') {
            throw new Refusal('refused_no_' . $name);
        }
        $length = (int) preg_match_all('/./su', $typed);
        if ($length > $longest) {
            throw new Refusal('refused_long_' . $name, ['most' => $longest, 'length' => $length]);
        }

        return $typed;
    }

    private static function domain(Form $form): string
    {
        $domain = (string) preg_replace('#\Ahttps?://|/.*\z#i', '', $form->line('domain'));
        if (preg_match('/\A[^\s.]+(\.[^\s.]+)+\z/u', $domain) !== 1 || strlen($domain) > self::LONGEST_DOMAIN) {
            throw new Refusal('refused_domain');
        }

        return $domain;
    }

    private static function order(Form $form, callable $orderNumber): int
    {
        $number = $orderNumber(ltrim(Language::plainDigits($form->line('order')), '#№ '));
        if ($number === null || $number < 1 || $number > self::HIGHEST_NUMBER) {
            throw new Refusal('refused_order');
        }

        return $number;
    }
}
