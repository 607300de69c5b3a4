<?php

namespace SupportBridge;

/**
 * One file that came with a form, still where PHP has put it.
 */
final class Upload
{
    public const MOST_BYTES = 5242880;
    public const MOST_FILES = 5;

    public string $name;

    public string $path;

    public int $size;

    /** Of its content, once it has been looked at. */
    public string $sha256 = '';

    public function __construct(string $name, string $path, int $size)
    {
        $this->name = $name;
        $this->path = $path;
        $this->size = $size;
    }

    /**
     * What came under a field's name, as PHP tells it (`$_FILES`); a place that was left empty is no file.
     *
     * @param array<string, mixed> $files
     * @param callable(string): bool|null $isUploaded whether a path is one of PHP's own for this request
     *
     * @return Upload[]
     *
     * @throws Refusal
     */
    public static function sent(array $files, string $field, ?callable $isUploaded = null): array
    {
        $found = [];
        foreach (self::each($files[Form::PREFIX . $field] ?? null) as [$typed, $path, $error, $size]) {
            if ($error === UPLOAD_ERR_NO_FILE) {
                continue;
            }
            $name = FileName::shown($typed);
            if ($error === UPLOAD_ERR_INI_SIZE || $error === UPLOAD_ERR_FORM_SIZE || $size > self::mostBytes()) {
                throw new Refusal('refused_file_large', ['name' => self::quoted($name), 'most' => self::mostMegabytes()]);
            }
            if ($error !== UPLOAD_ERR_OK || !($isUploaded ?? 'is_uploaded_file')($path) || filesize($path) !== $size) {
                throw new Refusal('refused_file_broken', ['name' => self::quoted($name)]);
            }
            $found[] = new self($name, $path, $size);
        }
        if (count($found) > self::MOST_FILES) {
            throw new Refusal('refused_files_many', ['most' => self::MOST_FILES]);
        }
        foreach ($found as $upload) {
            $upload->check();
        }

        return $found;
    }

    /**
     * To be asked before a form is read: of more than it takes PHP throws away everything, the form's token too.
     *
     * @param array<string, mixed> $server
     *
     * @throws Refusal
     */
    public static function requireReceived(array $server): void
    {
        $most = self::bytes((string) ini_get('post_max_size'));
        if ($most > 0 && (int) ($server['CONTENT_LENGTH'] ?? 0) > $most) {
            throw new Refusal('refused_files_large');
        }
    }

    /**
     * What a file may have here: a shop's PHP can take less than we would.
     */
    public static function mostBytes(): int
    {
        $most = self::bytes((string) ini_get('upload_max_filesize'));

        return $most > 0 ? min($most, self::MOST_BYTES) : self::MOST_BYTES;
    }

    public static function mostMegabytes(): int
    {
        return max(1, intdiv(self::mostBytes(), 1048576));
    }

    /**
     * @throws Refusal
     */
    private function check(): void
    {
        $name = ['name' => self::quoted($this->name)];
        $type = FileName::type($this->name);
        if ($type === '') {
            throw new Refusal('refused_file_type', $name);
        }
        if ($this->size === 0) {
            throw new Refusal('refused_file_empty', $name);
        }
        $content = (string) file_get_contents($this->path);
        if (!FileName::fits($type, $content)) {
            throw new Refusal('refused_file_content', $name);
        }
        if (!FileName::isReadable($type, $content)) {
            throw new Refusal('refused_file_text', $name);
        }
        $this->sha256 = hash('sha256', $content);
    }

    /**
     * @param mixed $sent
     *
     * @return array<int, array{0: string, 1: string, 2: int, 3: int}>
     */
    private static function each($sent): array
    {
        if (!is_array($sent) || !isset($sent['name'], $sent['tmp_name'], $sent['error'], $sent['size'])) {
            return [];
        }
        $rows = [];
        foreach ((array) $sent['name'] as $at => $name) {
            $path = ((array) $sent['tmp_name'])[$at] ?? '';
            $error = ((array) $sent['error'])[$at] ?? UPLOAD_ERR_PARTIAL;
            $size = ((array) $sent['size'])[$at] ?? 0;
            if (is_string($name) && is_string($path)) { // what is nested deeper no form of ours has sent
                $rows[] = [$name, $path, (int) $error, (int) $size];
            }
        }

        return $rows;
    }

    /**
     * Set apart from the sentence that it stands in, whichever way it runs.
     */
    private static function quoted(string $name): string
    {
        return "\u{2068}" . $name . "\u{2069}";
    }

    private static function bytes(string $setting): int
    {
        $factors = ['k' => 1024, 'm' => 1048576, 'g' => 1073741824];

        return (int) $setting * ($factors[strtolower(substr(trim($setting), -1))] ?? 1);
    }
}
