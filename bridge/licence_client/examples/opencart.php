<?php

/*
 * OpenCart 3.0, 4.0 and 4.1: the licence of an extension, asked for on the extension's own page of the back office.
 *
 * Put LicenceClient.php beside this file, set the four values in licenceOf(), and call from the extension's controller:
 *
 *     require_once DIR_EXTENSION . 'my_extension/system/licence.php';   // 3.0: DIR_SYSTEM . 'library/my_extension/licence.php'
 *     $licence = \MyExtension\licenceOf($this->config, DIR_STORAGE);
 *     $shown = $licence->check($this->config->get('module_my_extension_key'), \MyExtension\hostOf($this->config));
 *     if (!$shown['may_run']) { ... say so on this page; leave the storefront as it is ... }
 *     if (!$shown['has_updates']) { ... updates have ended: say where they are renewed ... }
 *     if (!$shown['has_support']) { ... help has ended ... }
 */

namespace MyExtension;

require_once __DIR__ . '/LicenceClient.php';

/** The client; $storage is DIR_STORAGE, which lies outside the web root. */
function licenceOf($config, string $storage): \SupportBridge\LicenceClient
{
    return new \SupportBridge\LicenceClient([
        'url' => 'https://licences.example.com',
        'store' => 'acme',
        'product' => 'checkout',
        'public_keys' => ['s1-00000000' => 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
        'version' => (string) $config->get('module_my_extension_version'),
        'cache' => rtrim($storage, '/') . '/my_extension_licence.php',
    ]);
}

/** The shop's own address, as it is set; never what a visitor's browser says. */
function hostOf($config): string
{
    foreach ([$config->get('config_ssl'), $config->get('config_url')] as $url) {
        if ((string) $url !== '') {
            return (string) $url;
        }
    }

    return defined('HTTP_CATALOG') ? (string) HTTP_CATALOG : (string) HTTP_SERVER;
}

/** The customer has saved a key: use it here. Returns what check returns, and `activated`. */
function activate($config, string $storage, string $key): array
{
    return licenceOf($config, $storage)->activate(trim($key), hostOf($config));
}

/** The extension is uninstalled: give the place back, so that the licence can be used elsewhere. */
function deactivate($config, string $storage, string $key): array
{
    return licenceOf($config, $storage)->deactivate(trim($key), hostOf($config));
}
