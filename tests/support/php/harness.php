<?php

/*
 * What both stand-ins need: the test's orders from standard input, every word PHP complains, the answer as JSON.
 *
 * Who plays them for a browser has made the orders already, and brings a function `tell` that answers it.
 */

$orders = $orders ?? json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);

/** Collects what a shop would write into its logs, and what PHP had to complain. */
final class Told
{
    /** @var string[] */
    public static array $log = [];

    /** @var string[] */
    public static array $complaints = [];
}

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if (error_reporting() & $level) {
        Told::$complaints[] = $message . ' in ' . basename($file) . ':' . $line;
    }

    return true;
});
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$_SERVER['REQUEST_TIME'] = $orders['now'];
$_SERVER['DOCUMENT_ROOT'] = $orders['document_root'];
$_SERVER['REQUEST_METHOD'] = $orders['method'];
$_GET = $orders['query'] ?? [];
$_POST = $orders['post'];
date_default_timezone_set($orders['zone'] ?? 'UTC');

/**
 * Runs one thing a shop does and prints what came of it.
 *
 * What waits for the end of the request belongs to it, so it is printed after that; a request may also end itself.
 */
function play(callable $what): void
{
    ob_start();
    $began = microtime(true);
    $result = null;
    $print = static function () use ($began, &$result): void {
        $seconds = microtime(true) - $began;
        $printed = ob_get_clean();
        $told = [
            'result' => $result,
            'printed' => $printed,
            'log' => Told::$log,
            'complaints' => Told::$complaints,
            'seconds' => $seconds,
        ];
        if (function_exists('tell')) {
            tell($told);
        } else {
            echo json_encode($told, JSON_THROW_ON_ERROR);
        }
    };
    register_shutdown_function(static function () use ($print): void {
        register_shutdown_function($print);
    });
    $result = $what();
}
