<?php

/*
 * Plays an extension: makes a licence client as its first argument says (JSON), calls what the second names (a list of
 * [method, key, host, seconds since 1970]), and prints what each call returned.
 */

require __DIR__ . '/../../../bridge/licence_client/LicenceClient.php';

set_error_handler(static function (int $number, string $message): bool {
    throw new \ErrorException($message);
});

$options = json_decode($argv[1], true);
$now = 0;
$options['clock'] = static function () use (&$now): int {
    return $now;
};
if (isset($options['answers'])) { // what the extension's own way of asking returns, in place of a server
    $options['post'] = static function () use ($options) {
        return $options['answers'];
    };
}
try {
    $client = new \SupportBridge\LicenceClient($options);
} catch (\InvalidArgumentException $refused) {
    echo json_encode(['refused' => $refused->getMessage()]);
    exit;
}
$returned = [];
foreach (json_decode($argv[2], true) as [$method, $key, $host, $at]) {
    $now = $at;
    $returned[] = $client->$method($key, $host);
}
echo json_encode($returned);
