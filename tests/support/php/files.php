<?php

/*
 * The extension's files with nothing of a platform around them: what a test orders is done, and told as JSON.
 *
 * Every byte of content goes and comes in base64, because JSON is text.
 */

namespace SupportBridge;

$orders = json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR);
error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    throw new \ErrorException($message, 0, $level, $file, $line);
});
require_once $orders['shared'] . '/page.php';
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);

/** The shop's own connection; a statement that holds `$break` fails, as on a server that takes no more. */
final class TestedDatabase implements Database
{
    public int $longest = 0;

    private \mysqli $connection;

    private string $break;

    public function __construct(array $orders)
    {
        $this->connection = new \mysqli('localhost', 'root', '', $orders['database'], 0, $orders['socket']);
        $this->break = $orders['break'] ?? '';
    }

    public function row(string $sql): ?array
    {
        return $this->rows($sql)[0] ?? null;
    }

    public function rows(string $sql): array
    {
        try {
            return $this->connection->query($sql)->fetch_all(MYSQLI_ASSOC);
        } catch (\mysqli_sql_exception $error) {
            throw new DatabaseFailure((int) $error->getCode());
        }
    }

    public function write(string $sql): void
    {
        $this->longest = max($this->longest, strlen($sql));
        if ($this->break !== '' && strpos($sql, $this->break) !== false) {
            throw new DatabaseFailure(1153);
        }
        try {
            $this->connection->query($sql);
        } catch (\mysqli_sql_exception $error) {
            throw new DatabaseFailure((int) $error->getCode());
        }
    }
}

$database = new TestedDatabase($orders);
$key = KeyFile::forShop($orders['key_folder'], 0);
$parts = new FileParts(new Tables($database, $orders['prefix']), $key, $orders['customer']);
$told = ['refused' => '', 'values' => [], 'problem' => ''];
try {
    switch ($orders['what']) {
        case 'names':
            $told['names'] = array_map(static function (string $name): string {
                return FileName::shown((string) base64_decode($name));
            }, $orders['names']);
            break;
        case 'upload':
            $told['stored'] = $parts->store(Upload::sent($orders['files'], FileField::NAME, static function (): bool {
                return true;
            }));
            $told['longest'] = $database->longest;
            break;
        case 'twice': // the same form at once: both have looked for the row before either has written it
            $inbox = new Inbox(new Tables($database, $orders['prefix']), $key, $orders['customer']);
            $uuid = FormToken::newUuid();
            $told['sent'] = [];
            $sent = Upload::sent($orders['files'], FileField::NAME, static function (): bool {
                return true;
            });
            $both = [$parts->store($sent), $parts->store($sent)];
            foreach ($both as $stored) {
                $inbox->post(new Deed('ticket_reply', ['ticket' => 5, 'text' => 'x', 'files' => $stored]), $uuid, 'en', 1);
                $parts->forgetUnnamed($stored, $inbox->find($uuid));
                $told['sent'][] = $stored[0]['file'];
            }
            break;
        case 'really':
            $parts->store(Upload::sent($orders['files'], FileField::NAME));
            break;
        case 'each': // one at a time, and what is said of it
            $told['each'] = [];
            foreach (array_keys($orders['files']['supportbridge_files']['name']) as $at) {
                $one = array_map(static function (array $values) use ($at): array {
                    return [$values[$at]];
                }, $orders['files']['supportbridge_files']);
                try {
                    Upload::sent(['supportbridge_files' => $one], FileField::NAME, static function (): bool {
                        return true;
                    });
                    $told['each'][] = '';
                } catch (Refusal $refusal) {
                    $told['each'][] = $refusal->getMessage();
                }
            }
            break;
        case 'received':
            Upload::requireReceived(['CONTENT_LENGTH' => $orders['length']]);
            break;
        case 'download':
            $download = new FileDownload($parts, $orders['file'], $orders['own']);
            $told['headers'] = $download->headers();
            $told['content'] = base64_encode($download->content);
            break;
    }
} catch (Refusal $refusal) {
    $told['refused'] = $refusal->getMessage();
    $told['values'] = $refusal->values;
} catch (Problem $problem) {
    $told['problem'] = $problem->getMessage();
}
$told['peak'] = memory_get_peak_usage();
echo json_encode($told, JSON_THROW_ON_ERROR);
