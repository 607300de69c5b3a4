<?php

namespace SupportBridge;

/**
 * Asks a Shop Support Bridge how a licence stands, believes only what is signed, and goes on without it for a while.
 *
 * It believes: the shop that it runs in must never wait for us or stop because of us. So it asks seldom and shortly,
 * keeps the last signed answer, and lives on that while nobody answers. Nothing in here throws once it is made.
 *
 * PHP 7.1 to 8.4, no framework. Signatures need the extension sodium; without it answers are taken from the server
 * alone and never kept.
 */
final class LicenceClient
{
    const DAY = 86400;
    const LONGEST_ANSWER = 65536;
    /** How far two clocks may be apart, in seconds. */
    const CLOCKS_APART = 86400;
    /** How long a server is left alone, in seconds: that did not answer, unless it says itself, or did, to a wrong clock. */
    const LEFT_ALONE = 900;
    /** After so many seconds a bad answer is asked for again: the customer may have renewed. */
    const BAD_NEWS_FOR = 3600;
    /** Of so many keys and hosts something is kept: a shop may have several hosts. */
    const MOST_KEPT = 20;
    const GUARD = "<?php __halt_compiler();\n";

    private $url;
    private $store;
    private $product;
    private $version;
    private $keys;
    private $load;
    private $save;
    private $refresh;
    private $grace;
    private $timeout;
    private $post;
    private $clock;

    /**
     * Must be given: `url` (of the bridge, up to `/api`), `store`, `product`, `public_keys` (key id => base64; two while
     * keys change), `cache` (a file, best one that ends in .php outside the web root, or two callables `load` and `save`
     * of one text). May be given: `version`, `refresh_hours` (24), `grace_days` (7), `timeout_seconds` (5), `post` (an
     * own callable(url, body, seconds) that returns [status, body, retry_after], status 0 for no answer), `clock` (a
     * callable that returns seconds since 1970).
     *
     * @throws \InvalidArgumentException where one of these can't be used
     */
    public function __construct(array $options)
    {
        foreach (['url', 'store', 'product'] as $name) {
            if (!isset($options[$name]) || !is_string($options[$name]) || $options[$name] === '') {
                throw new \InvalidArgumentException("the licence client needs $name");
            }
        }
        $this->url = rtrim($options['url'], '/');
        if (!preg_match('~^(https://|http://(localhost|127\.0\.0\.1|\[::1\])([:/]|$))~', $this->url)) {
            throw new \InvalidArgumentException('url must begin with https://');
        }
        $this->store = $options['store'];
        $this->product = $options['product'];
        $this->version = substr((string) self::given($options, 'version', ''), 0, 64);
        $this->keys = self::given($options, 'public_keys', []);
        if (!is_array($this->keys) || $this->keys === []) {
            throw new \InvalidArgumentException('the licence client needs public_keys: bridge licence keys list shows them');
        }
        $this->takeCache(self::given($options, 'cache', null));
        $this->refresh = (int) (self::given($options, 'refresh_hours', 24) * 3600);
        $this->grace = (int) (self::given($options, 'grace_days', 7) * self::DAY);
        $this->timeout = max(1, (int) self::given($options, 'timeout_seconds', 5));
        $this->post = self::given($options, 'post', [self::class, 'post']);
        $this->clock = self::given($options, 'clock', 'time');
    }

    /**
     * How the licence stands on a host; asks the bridge at most every `refresh_hours`.
     *
     * Returns: `may_run` (bool; whether the extension may be used here, also where it was sold for good and help has
     * ended), `has_updates`, `has_support` (bool; whether it still gets them), `works` (bool; whether the licence counts
     * as active), `status` (active, unverified, inactive, unknown, or unreachable where nobody has answered), `reason`,
     * `licence_until`, `updates_until`, `support_until` (seconds since 1970 or null), `source` (server, kept, grace,
     * none), `problem` (a sentence for the shop's log, or '').
     */
    public function check(string $key, string $host): array
    {
        $kept = $this->kept($key, $host);
        $now = $this->now();
        $document = $kept['document'];
        if ($document !== null) {
            $result = $this->result($document, 'kept', '');
            $lasts = $result['works'] ? $this->refresh : min($this->refresh, self::BAD_NEWS_FOR);
            if ($this->believed($document, $now) && $now - $document['issued_at'] < $lasts) {
                return $result;
            }
            $since = $now - $kept['answered'];
            if ($since >= 0 && $since < min($lasts, self::LEFT_ALONE)) {
                return $this->result($document, 'kept', $this->clockProblem($document), $document['issued_at']);
            }
        }
        if ($now < $kept['not_before'] && $kept['not_before'] - $now <= self::DAY) {
            return $this->without($document, $now, $kept['problem']);
        }

        return $this->ask('check', $key, $host, $kept)['result'];
    }

    /**
     * Use the licence on a host: as check, now, and `activated` beside it. The token that it answers with is kept.
     */
    public function activate(string $key, string $host): array
    {
        $asked = $this->ask('activate', $key, $host, $this->kept($key, $host));
        $activated = isset($asked['answer']['activated']) && $asked['answer']['activated'] === true;

        return $asked['result'] + ['activated' => $activated];
    }

    /**
     * Give the host's place back, with the token that was kept: as check, now, and `released` beside it.
     */
    public function deactivate(string $key, string $host): array
    {
        $kept = $this->kept($key, $host);
        if ($kept['token'] === '') {
            return $this->nothing('none', 'this installation has not kept the token of its activation') + ['released' => false];
        }
        $asked = $this->ask('deactivate', $key, $host, $kept);
        $released = isset($asked['answer']['released']) && $asked['answer']['released'] === true;
        if ($released) {
            $all = $this->all();
            unset($all[$this->of($key, $host)]);
            $this->keepAll($all);
        }

        return $asked['result'] + ['released' => $released];
    }

    /** Whether signatures can be verified here. */
    public static function canVerify(): bool
    {
        return function_exists('sodium_crypto_sign_verify_detached');
    }

    /** Ask the bridge, and live on what is kept where it does not answer. */
    private function ask(string $what, string $key, string $host, array $kept): array
    {
        $question = [
            'store' => $this->store,
            'key' => $key,
            'domain' => $host,
            'product' => $this->product,
            'version' => $this->version,
            'nonce' => self::nonce(),
        ];
        if ($kept['token'] !== '') {
            $question['token'] = $kept['token'];
        }
        $body = json_encode($question);
        if ($body === false) {
            return ['answer' => [], 'result' => $this->nothing('none', 'key and host must be text in UTF-8')];
        }
        list($status, $text, $after) = $this->answerTo($what, $body);
        $answer = json_decode($text, true);
        $answer = is_array($answer) ? $answer : [];
        $problem = $status === 0 ? 'the licence server did not answer' : "the licence server answered $status";
        if ($status === 200) {
            $result = $this->taken($answer, $question, $kept['token']);
            if ($result !== null) {
                return ['answer' => $answer, 'result' => $result];
            }
            $problem = 'the answer is to another question, or not signed by a key that this extension knows';
        }
        $now = $this->now();
        $after = $after > 0 ? min($after, self::DAY) : self::LEFT_ALONE;
        $refusal = isset($answer['error']) && is_array($answer['error']) ? $answer['error'] : [];
        $told = isset($refusal['message']) && is_string($refusal['message']);
        if ($status >= 400 && $status < 500 && $status !== 408 && $status !== 429 && $told) {
            $problem = $refusal['message'];
            if ($kept['document'] === null) {
                $this->keep($key, $host, [], $kept['token'], $now + $after, $problem);
                $result = $this->nothing('server', $problem);
                $result['reason'] = isset($refusal['code']) && is_string($refusal['code']) ? $refusal['code'] : '';

                return ['answer' => [], 'result' => $result];
            }
        }
        $this->keep($key, $host, $kept['statement'], $kept['token'], $now + $after, $problem);

        return ['answer' => [], 'result' => $this->without($kept['document'], $now, $problem)];
    }

    /** A text that no earlier question had. */
    private static function nonce(): string
    {
        try {
            return bin2hex(random_bytes(16));
        } catch (\Throwable $error) {
            return hash('md5', uniqid((string) mt_rand(), true));
        }
    }

    /** @return array{0: int, 1: string, 2: int} */
    private function answerTo(string $what, string $body): array
    {
        try {
            $got = call_user_func($this->post, $this->url . '/api/v1/licences/' . $what, $body, $this->timeout);
        } catch (\Throwable $error) {
            return [0, '', 0];
        }
        $whole = is_array($got) && isset($got[0], $got[1]) && is_string($got[1]);

        return $whole ? [(int) $got[0], $got[1], isset($got[2]) ? (int) $got[2] : 0] : [0, '', 0];
    }

    /** What an answer says, kept if it is signed; null where the bridge has not signed it for this very question. */
    private function taken(array $answer, array $question, string $token)
    {
        $key = $question['key'];
        $host = $question['domain'];
        if (isset($answer['token']) && is_string($answer['token']) && $answer['token'] !== '') {
            $token = $answer['token'];
        }
        $statement = isset($answer['statement']) && is_array($answer['statement']) ? $answer['statement'] : [];
        if (!self::canVerify()) {
            $this->keep($key, $host, [], $token, 0, '');
            $problem = 'the PHP extension sodium is missing: answers can be neither verified nor kept';

            return isset($answer['status']) ? $this->result($answer, 'server', $problem) : $this->nothing('none', $problem);
        }
        $document = $this->verified($statement, $key, $host);
        if ($document === null || !isset($document['nonce']) || $document['nonce'] !== $question['nonce']) {
            return null;
        }
        $this->keep($key, $host, $statement, $token, 0, '', $this->now());

        return $this->result($document, 'server', $this->clockProblem($document), $document['issued_at']);
    }

    /** What is to be told of this server's clock by a statement that was made a moment ago. */
    private function clockProblem(array $document): string
    {
        $now = $this->now();

        return abs($now - $document['issued_at']) > self::CLOCKS_APART ? 'the clock of this server is wrong: ' . gmdate('c', $now) : '';
    }

    /** Nobody answers: what is kept counts until its end, and then for the days of grace if it was good. */
    private function without($document, int $now, string $problem): array
    {
        if ($document === null) {
            return $this->nothing('none', $problem);
        }
        if ($this->believed($document, $now)) {
            return $this->result($document, 'kept', $problem);
        }
        if ($now < $document['issued_at'] - self::CLOCKS_APART) {
            return $this->nothing('none', $problem . '; the clock of this server stands before the last answer');
        }
        $result = $this->result($document, 'grace', $problem);
        if (($result['works'] || $result['may_run']) && $now < $document['expires_at'] + $this->grace) {
            return $result;
        }

        return $this->nothing('none', $problem);
    }

    private function believed(array $document, int $now): bool
    {
        return $now >= $document['issued_at'] - self::CLOCKS_APART && $now < $document['expires_at'];
    }

    /** What a statement says, null unless one of our keys signed it, for this key, product and host. */
    private function verified(array $statement, string $key, string $host)
    {
        foreach (['payload', 'signature', 'key_id'] as $name) {
            if (!isset($statement[$name]) || !is_string($statement[$name])) {
                return null;
            }
        }
        $public = isset($this->keys[$statement['key_id']]) ? base64_decode((string) $this->keys[$statement['key_id']], true) : false;
        $payload = self::fromBase64url($statement['payload']);
        $signature = self::fromBase64url($statement['signature']);
        if (!self::canVerify() || $public === false || strlen($public) !== 32 || strlen($signature) !== 64
            || !sodium_crypto_sign_verify_detached($signature, $payload, $public)) {
            return null;
        }
        $document = json_decode($payload, true);
        $ours = [
            'v' => 1,
            'store' => $this->store,
            'product' => $this->product,
            'key_sha256' => hash('sha256', $key),
            'host' => $host,
        ];
        foreach ($ours as $name => $value) {
            if (!isset($document[$name]) || $document[$name] !== $value) {
                return null;
            }
        }
        $whole = isset($document['issued_at'], $document['expires_at']) && is_int($document['issued_at']) && is_int($document['expires_at']);

        return $whole ? $document : null;
    }

    /** What was kept for this key and host; what was kept for others counts as nothing. */
    private function kept(string $key, string $host): array
    {
        $none = ['statement' => [], 'document' => null, 'token' => '', 'not_before' => 0, 'problem' => '', 'answered' => 0];
        $all = $this->all();
        $of = $this->of($key, $host);
        if (!isset($all[$of]) || !is_array($all[$of])) {
            return $none;
        }
        $read = $all[$of];
        $statement = isset($read['statement']) && is_array($read['statement']) ? $read['statement'] : [];

        return [
            'statement' => $statement,
            'document' => $this->verified($statement, $key, $host),
            'token' => isset($read['token']) && is_string($read['token']) ? $read['token'] : '',
            'not_before' => isset($read['not_before']) ? (int) $read['not_before'] : 0,
            'problem' => isset($read['problem']) && is_string($read['problem']) ? $read['problem'] : '',
            'answered' => isset($read['answered']) ? (int) $read['answered'] : 0,
        ];
    }

    /** @param int $answered when, by this server's clock, the statement came; 0 where it is an older one */
    private function keep(string $key, string $host, array $statement, string $token, int $notBefore, string $problem, int $answered = 0)
    {
        $all = $this->all();
        $of = $this->of($key, $host);
        unset($all[$of]);
        $all[$of] = [
            'statement' => $statement,
            'token' => $token,
            'not_before' => $notBefore,
            'problem' => $problem,
            'answered' => $answered,
        ];
        $this->keepAll(array_slice($all, -self::MOST_KEPT, null, true));
    }

    /** What is kept of every key and host that was asked about here, the latest last. */
    private function all(): array
    {
        try {
            $read = json_decode((string) call_user_func($this->load), true);
        } catch (\Throwable $error) {
            return [];
        }

        return is_array($read) ? $read : [];
    }

    private function keepAll(array $all)
    {
        try {
            call_user_func($this->save, (string) json_encode($all));
        } catch (\Throwable $error) {
            // A cache that can't be written means that the bridge is asked more often; the shop goes on.
        }
    }

    private function of(string $key, string $host): string
    {
        return hash('sha256', json_encode([$this->store, $this->product, $key, $host]));
    }

    private function now(): int
    {
        return (int) call_user_func($this->clock);
    }

    private function takeCache($cache)
    {
        if (is_string($cache) && $cache !== '') {
            $this->load = static function () use ($cache) {
                $text = is_file($cache) ? (string) @file_get_contents($cache) : '';

                return strpos($text, LicenceClient::GUARD) === 0 ? substr($text, strlen(LicenceClient::GUARD)) : $text;
            };
            $this->save = static function ($text) use ($cache) {
                LicenceClient::write($cache, $text);
            };
        } elseif (is_array($cache) && isset($cache['load'], $cache['save']) && is_callable($cache['load']) && is_callable($cache['save'])) {
            $this->load = $cache['load'];
            $this->save = $cache['save'];
        } else {
            throw new \InvalidArgumentException('the licence client needs cache: a file, or the callables load and save');
        }
    }

    /** Write a file so that a reader sees the old one or the new one. A .php file tells nothing when requested. */
    public static function write(string $path, string $text)
    {
        $part = $path . '.' . getmypid() . '.part';
        $guarded = (substr($path, -4) === '.php' ? self::GUARD : '') . $text;
        if (@file_put_contents($part, $guarded) === strlen($guarded)) {
            @chmod($part, 0600);
            if (@rename($part, $path)) {
                return;
            }
        }
        @unlink($part);
    }

    /** @param int|null $at the moment that the dates are compared with, where it is not now */
    private function result(array $said, string $source, string $problem, $at = null): array
    {
        $status = isset($said['status']) && is_string($said['status']) ? $said['status'] : 'unknown';
        $result = [
            'works' => in_array($status, ['active', 'unverified'], true),
            'status' => $status,
            'reason' => isset($said['reason']) && is_string($said['reason']) ? $said['reason'] : '',
        ];
        foreach (['may_run' => 'licence', 'has_updates' => 'updates', 'has_support' => 'support'] as $name => $term) {
            $result[$name] = self::runs($term, $result, $said, $at === null ? $this->now() : $at);
        }
        foreach (['licence_until', 'updates_until', 'support_until'] as $name) {
            $result[$name] = isset($said[$name]) ? (int) $said[$name] : null;
        }

        return $result + ['source' => $source, 'problem' => $problem];
    }

    /**
     * Whether the use, updates or support last: each by its own date. What decides about `active` has the server's word,
     * which knows of days of grace; while the vendor's shop can't be read, no end is held against anybody.
     */
    private static function runs(string $term, array $result, array $said, int $at): bool
    {
        if ($result['status'] === 'unverified') {
            return true;
        }
        if (isset($said['active_by']) && $said['active_by'] === $term) {
            return $result['works'];
        }
        $counts = $result['works'] || $result['reason'] === 'expired';

        return $counts && (!isset($said[$term . '_until']) || $at <= (int) $said[$term . '_until']);
    }

    private function nothing(string $source, string $problem): array
    {
        return $this->result(['status' => $source === 'server' ? 'unknown' : 'unreachable'], $source, $problem);
    }

    private static function given(array $options, string $name, $otherwise)
    {
        return isset($options[$name]) ? $options[$name] : $otherwise;
    }

    private static function fromBase64url(string $text): string
    {
        return (string) base64_decode(strtr($text, '-_', '+/'), true);
    }

    /**
     * Post a question: by curl where it is there, else by PHP's own streams; no redirects, certificates verified.
     *
     * @return array{0: int, 1: string, 2: int}
     */
    public static function post(string $url, string $body, int $seconds): array
    {
        return function_exists('curl_init') ? self::byCurl($url, $body, $seconds) : self::byStream($url, $body, $seconds);
    }

    private static function byCurl(string $url, string $body, int $seconds): array
    {
        $text = '';
        $after = 0;
        $handle = curl_init($url);
        curl_setopt_array($handle, [
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => ['Content-Type: application/json', 'Accept: application/json', 'Expect:'],
            CURLOPT_CONNECTTIMEOUT => $seconds,
            CURLOPT_TIMEOUT => $seconds,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_HEADERFUNCTION => static function ($handle, $line) use (&$after) {
                $after = LicenceClient::retryAfter($line, $after);

                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => static function ($handle, $part) use (&$text) {
                $text .= $part;

                return strlen($text) > LicenceClient::LONGEST_ANSWER ? 0 : strlen($part);
            },
        ]);
        $well = curl_exec($handle) !== false;
        $status = $well ? (int) curl_getinfo($handle, CURLINFO_RESPONSE_CODE) : 0;

        return [$status, $status === 0 ? '' : $text, $after];
    }

    private static function byStream(string $url, string $body, int $seconds): array
    {
        $context = stream_context_create(['http' => [
            'method' => 'POST',
            'header' => "Content-Type: application/json\r\nAccept: application/json\r\nConnection: close\r\n",
            'content' => $body,
            'timeout' => $seconds,
            'follow_location' => 0,
            'ignore_errors' => true,
        ]]);
        $stream = @fopen($url, 'rb', false, $context);
        if ($stream === false) {
            return [0, '', 0];
        }
        $text = (string) stream_get_contents($stream, self::LONGEST_ANSWER);
        $lines = stream_get_meta_data($stream);
        fclose($stream);
        $status = 0;
        $after = 0;
        foreach (isset($lines['wrapper_data']) ? (array) $lines['wrapper_data'] : [] as $line) {
            if (preg_match('~^HTTP/\S+ (\d{3})~', (string) $line, $found)) {
                $status = (int) $found[1];
            }
            $after = self::retryAfter((string) $line, $after);
        }

        return [$status, $text, $after];
    }

    /** The seconds that a line of the head says to wait, at most a day, else what was known. */
    public static function retryAfter(string $line, int $known): int
    {
        return preg_match('~^retry-after:\s*(\d+)\s*$~i', $line, $found) ? min((int) $found[1], self::DAY) : $known;
    }
}
