<?php

/*
 * PrestaShop 1.7 to 9 and thirty bees: the licence of a module, asked for on its own page of configuration.
 *
 * Put LicenceClient.php beside this file, set the four values below, and call from the module:
 *
 *     require_once __DIR__ . '/licence.php';
 *     public function getContent() {
 *         $shown = MyModuleLicence::check();
 *         if (!$shown['may_run']) { ... say so on this page; leave the shop as it is ... }
 *         if (!$shown['has_updates'] || !$shown['has_support']) { ... updates, or help, have ended: say so ... }
 *     }
 *     public function uninstall() { MyModuleLicence::deactivate(); return parent::uninstall(); }
 */

if (!defined('_PS_VERSION_')) {
    exit;
}

require_once __DIR__ . '/LicenceClient.php';

final class MyModuleLicence
{
    const KEY = 'MYMODULE_LICENCE_KEY';
    const KEPT = 'MYMODULE_LICENCE_KEPT';

    /** How the licence stands, asked at most once a day: may_run, has_updates, has_support, reason, dates, problem. */
    public static function check(): array
    {
        return self::client()->check((string) Configuration::getGlobalValue(self::KEY), self::host());
    }

    /** The customer has saved a key: use it here. */
    public static function activate(string $key): array
    {
        Configuration::updateGlobalValue(self::KEY, trim($key));

        return self::client()->activate(trim($key), self::host());
    }

    /** The module is uninstalled: give the place back, so that the licence can be used elsewhere. */
    public static function deactivate(): array
    {
        return self::client()->deactivate((string) Configuration::getGlobalValue(self::KEY), self::host());
    }

    /** The shop's own address, as it is set; never what a visitor's browser says. */
    private static function host(): string
    {
        $ssl = (string) Configuration::get('PS_SHOP_DOMAIN_SSL');

        return $ssl !== '' ? $ssl : (string) Configuration::get('PS_SHOP_DOMAIN');
    }

    private static function client(): \SupportBridge\LicenceClient
    {
        return new \SupportBridge\LicenceClient([
            'url' => 'https://licences.example.com',
            'store' => 'acme',
            'product' => 'checkout',
            'public_keys' => ['s1-00000000' => 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
            'version' => '1.0.0',
            'cache' => [
                'load' => static function () {
                    return (string) base64_decode((string) Configuration::getGlobalValue(self::KEPT));
                },
                'save' => static function ($text) {
                    // In base64: what the configuration keeps is stripped of tags and of some signs.
                    Configuration::updateGlobalValue(self::KEPT, base64_encode($text));
                },
            ],
        ]);
    }
}
