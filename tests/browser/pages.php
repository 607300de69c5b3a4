<?php

/*
 * Two pretend shops for a browser, under PHP's own web server: each request is played by the stand-in of its platform.
 *
 * They believe what the platforms' own addresses say: `route` is OpenCart's, `fc` and `controller` are PrestaShop's. Who
 * is logged in, his session and his language stand in cookies. What a theme would lay around the page is laid around it
 * here, with nothing inline, so that a strict content policy can be in force.
 */

$shops = json_decode(file_get_contents(getenv('PRETEND_SHOPS')), true, 512, JSON_THROW_ON_ERROR);
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));

$homes = [
    '#^/extension/(supportbridge/catalog/view/.+)$#' => $shops['opencart']['extensions'] . '/',
    '#^(?:/shop)?/modules/(supportbridge/views/.+)$#' => $shops['prestashop']['extensions'] . '/',
    '#^/(shop\.css)$#' => __DIR__ . '/',
];
$types = ['css' => 'text/css', 'js' => 'text/javascript'];
foreach ($homes as $address => $home) {
    if (preg_match($address, $path, $found) === 1 && strpos($path, '..') === false && is_file($home . $found[1])) {
        header('Content-Type: ' . ($types[pathinfo($path, PATHINFO_EXTENSION)] ?? 'text/plain'));
        readfile($home . $found[1]);

        return;
    }
}
if ($path !== '/index.php') {
    http_response_code($path === '/favicon.ico' ? 204 : 404);

    return;
}

$platform = isset($_GET['route']) ? 'opencart' : 'prestashop';
$spoken = $_COOKIE['language'] ?? 'en';
$place = $_GET['route'] ?? $_GET['controller'] ?? '';
$around = file_get_contents(__DIR__ . '/account.html');
$orders = [
    'what' => in_array($place, ['account/account', 'my-account'], true) ? 'page' : 'support',
    'page' => str_replace('{hook}', $platform === 'prestashop' ? '{hook}' : '', $around),
    'customer' => (int) ($_COOKIE['customer'] ?? 0),
    'session' => $_COOKIE['session'] ?? '',
    'language' => $platform === 'prestashop' ? $spoken : ['en' => 'en-gb', 'ru' => 'ru-ru', 'fa' => 'fa-ir'][$spoken],
    'now' => time() + $shops['offset'],
    'method' => $_SERVER['REQUEST_METHOD'],
    'query' => $_GET,
    'post' => $_POST,
] + $shops[$platform];

/**
 * Answers the browser as the platform does.
 *
 * @param array<string, mixed> $played
 */
function tell(array $played): void
{
    foreach (array_merge($played['complaints'], $played['log']) as $line) {
        error_log('PRETEND SHOP: ' . $line);
    }
    $result = $played['result'];
    if (is_string($result)) { // the account page
        $result = ['output' => $result, 'redirect' => '', 'sheets' => ['modules/supportbridge/views/css/account.css']];
    }
    foreach ($result['headers'] ?? [] as $header) {
        header($header);
    }
    if ($result === null) { // the request has ended itself: PrestaShop's way to send a file
        echo $played['printed'];
    } elseif ($result['redirect'] !== '') {
        header('Location: ' . $result['redirect'], true, 303);
    } elseif (preg_grep('/^Content-Type:/', $result['headers'] ?? []) !== []) {
        echo $result['output'];
    } else {
        echo laid_out($result);
    }
}

/**
 * @param array<string, mixed> $result
 */
function laid_out(array $result): string
{
    global $spoken;
    $output = strtr($result['output'], ['text_home' => 'Home', 'text_account' => 'My account']);
    $isWhole = preg_match('#<h1>(.*?)</h1>#s', $output, $heading) === 1;
    $title = $isWhole ? $heading[1] : htmlspecialchars($result['title'] ?? '');
    $head = '<link rel="stylesheet" href="/shop.css">';
    foreach (array_unique($result['sheets'] ?? []) as $sheet) {
        $head .= '<link rel="stylesheet" href="/' . ltrim($sheet, '/') . '">';
    }
    foreach (array_unique($result['scripts'] ?? []) as $script) {
        $head .= '<script src="/' . ltrim($script, '/') . '" defer></script>';
    }
    $direction = $spoken === 'fa' ? 'rtl' : 'ltr';
    header("Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'self'");

    return "<!DOCTYPE html><html lang=\"$spoken\" dir=\"$direction\"><head><meta charset=\"utf-8\">"
        . "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>$title</title>$head</head>"
        . '<body><header class="shop-head"><span class="shop-name">shop.example</span></header><main class="shop-main">'
        . ($isWhole ? '' : "<h1>$title</h1>") . $output . '</main></body></html>';
}

require $shops['support'] . '/' . $platform . '.php';
