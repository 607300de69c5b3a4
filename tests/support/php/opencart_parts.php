<?php

/*
 * Stand-ins for what OpenCart has in every version: small stores of values, and the shop's log.
 */

final class Settings
{
    /** @var array<string, mixed> */
    public array $values;

    public function __construct(array $values)
    {
        $this->values = $values;
    }

    public function get(string $name)
    {
        return $this->values[$name] ?? null;
    }

    public function has(string $name): bool
    {
        return isset($this->values[$name]);
    }
}

final class LoggedInCustomer
{
    private int $id;

    public function __construct(int $id)
    {
        $this->id = $id;
    }

    public function isLogged(): bool
    {
        return $this->id > 0;
    }

    public function getId(): int
    {
        return $this->id;
    }
}

final class Memory
{
    private string $file;

    public function __construct(string $file)
    {
        $this->file = $file;
    }

    public function get(string $key)
    {
        return is_file($this->file) ? (json_decode(file_get_contents($this->file), true)[$key] ?? null) : null;
    }

    public function set(string $key, $value): void
    {
        file_put_contents($this->file, json_encode([$key => $value]));
    }
}

final class ErrorLog
{
    private bool $broken;

    public function __construct(bool $broken)
    {
        $this->broken = $broken;
    }

    public function write($message): void
    {
        if ($this->broken) {
            throw new \ErrorException('the log is full');
        }
        Told::$log[] = (string) $message;
    }
}

final class StoredSettings
{
    private Settings $settings;

    public function __construct(Settings $settings)
    {
        $this->settings = $settings;
    }

    public function editSetting(string $code, array $values): void
    {
        $this->settings->values = $values + $this->settings->values;
    }

    public function deleteSetting(string $code): void
    {
        foreach (array_keys($this->settings->values) as $name) {
            if (strpos($name, $code) === 0) {
                unset($this->settings->values[$name]);
            }
        }
    }
}

/** The shop's addresses: 3.0 always escapes them, 4.x unless told that they are for a script. */
final class Addresses
{
    private bool $asksScript;

    public function __construct(bool $asksScript)
    {
        $this->asksScript = $asksScript;
    }

    public function link(string $route, $arguments = '', bool $third = false): string
    {
        $address = 'http://shop.example/index.php?route=' . $route . ($arguments === '' ? '' : '&' . $arguments);

        return $this->asksScript && $third ? $address : str_replace('&', '&amp;', $address);
    }
}

/** What a request is answered with. A real shop ends the request when it sends the browser elsewhere. */
final class Answering
{
    public string $output = '';

    public string $redirect = '';

    /** @var string[] */
    public array $headers = [];

    public function setOutput(string $output): void
    {
        $this->output = $output;
    }

    public function addHeader(string $header): void
    {
        $this->headers[] = $header;
    }

    public function redirect(string $address, int $status = 302): void
    {
        $this->redirect = str_replace('&amp;', '&', $address);
    }

    /** @return array<string, mixed> */
    public function told(): array
    {
        return ['output' => $this->output, 'redirect' => $this->redirect, 'headers' => $this->headers];
    }
}

final class VisitorSession
{
    /** @var array<string, mixed> */
    public array $data = [];

    private string $id;

    public function __construct(string $id, string $language)
    {
        $this->id = $id;
        $this->data = ['language' => $language, 'user_token' => 'token', 'customer_token' => 'token'];
    }

    public function getId(): string
    {
        return $this->id;
    }
}

final class Pieces
{
    public string $output = '';

    /** @var string[] */
    public array $scripts = [];

    /** @var string[] */
    public array $sheets = [];

    public function __call(string $name, array $arguments)
    {
        if ($name === 'addScript') {
            $this->scripts[] = $arguments[0];
        }
        if ($name === 'addStyle') {
            $this->sheets[] = $arguments[0];
        }
        if ($name === 'setOutput') {
            $this->output = $arguments[0];
        }

        return $name === 'link' ? 'index.php?route=' . $arguments[0] . '&amp;' . ($arguments[1] ?? '') : null;
    }
}

final class AdminUser
{
    public function hasPermission(string $kind, string $route): bool
    {
        return true;
    }
}
