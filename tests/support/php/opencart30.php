<?php

/*
 * Stand-ins of our own for what the extension uses of OpenCart 3, played from the command line.
 *
 * They believe what was seen on a real shop: the connection speaks utf8 of three bytes, a failed statement first gives a
 * warning and then a plain exception that repeats it, texts of English lie under those of the language that is asked for,
 * templates are not escaped for the template's author.
 */

require __DIR__ . '/harness.php';
require __DIR__ . '/opencart_parts.php';
require 'Twig/autoload.php';

$upload = $orders['extensions'] . '/upload/';
$side = in_array($orders['what'], ['steps', 'back office'], true) ? 'admin' : 'catalog';
define('DB_PREFIX', $orders['prefix']);
define('DIR_SYSTEM', $upload . 'system/');
define('DIR_APPLICATION', $orders['shop_root'] . '/' . $side . '/');
define('DIR_LANGUAGE', $upload . $side . '/language/');
define('DIR_TEMPLATE', $upload . ($side === 'admin' ? 'admin/view/template/' : 'catalog/view/theme/default/template/'));
define('DIR_STORAGE', $orders['key_folder'] . '/');

final class Registry
{
    /** @var array<string, mixed> */
    private array $parts = [];

    public function get(string $name)
    {
        return $this->parts[$name] ?? null;
    }

    public function set(string $name, $part): void
    {
        $this->parts[$name] = $part;
    }
}

abstract class Controller
{
    protected $registry;

    public function __construct(Registry $registry)
    {
        $this->registry = $registry;
    }

    public function __get(string $name)
    {
        return $this->registry->get($name);
    }
}

final class Language
{
    /** @var array<string, string> */
    public array $data = [];

    private string $directory;

    public function __construct(string $directory = '')
    {
        $this->directory = $directory;
    }

    public function load(string $name): array
    {
        $_ = [];
        foreach (['en-gb', $this->directory] as $directory) {
            if (is_file(DIR_LANGUAGE . $directory . '/' . $name . '.php')) {
                require DIR_LANGUAGE . $directory . '/' . $name . '.php';
            }
        }

        return $this->data = array_merge($this->data, $_);
    }

    public function get(string $key): string
    {
        return $this->data[$key] ?? $key;
    }
}

final class WarningDriver
{
    private mysqli $connection;

    public function __construct(array $orders)
    {
        $this->connection = new mysqli(
            'localhost', $orders['user'], $orders['password'], $orders['database'], 0, $orders['socket']
        );
        mysqli_report(MYSQLI_REPORT_ERROR);
        $this->connection->set_charset('utf8');
    }

    public function query(string $sql)
    {
        $result = $this->connection->query($sql);
        if ($this->connection->errno) {
            throw new Exception(
                'Error: ' . $this->connection->error . '<br />Error No: ' . $this->connection->errno . '<br />' . $sql
            );
        }
        if ($result === true) {
            return true;
        }
        $rows = $result->fetch_all(MYSQLI_ASSOC);

        return (object) ['num_rows' => count($rows), 'row' => $rows[0] ?? [], 'rows' => $rows];
    }
}

final class PdoDriver
{
    private PDO $connection;

    public function __construct(array $orders)
    {
        $place = 'mysql:unix_socket=' . $orders['socket'] . ';dbname=' . $orders['database'];
        $this->connection = new PDO($place, $orders['user'], $orders['password']);
        $this->connection->exec("SET NAMES 'utf8'");
    }

    public function query(string $sql)
    {
        $statement = $this->connection->prepare($sql);
        try {
            $statement->execute();
        } catch (PDOException $error) {
            throw new Exception('Error: ' . $error->getMessage() . ' Error Code : ' . $error->getCode() . ' <br />' . $sql);
        }
        $rows = $statement->columnCount() > 0 ? $statement->fetchAll(PDO::FETCH_ASSOC) : [];

        return (object) ['num_rows' => $statement->rowCount(), 'row' => $rows[0] ?? [], 'rows' => $rows];
    }
}

/** Loads texts and templates; the models of the administration stand ready. */
final class Loading
{
    private Registry $registry;

    public function __construct(Registry $registry)
    {
        $this->registry = $registry;
    }

    public function language(string $route): array
    {
        return $this->registry->get('language')->load($route);
    }

    public function view(string $route, array $data): string
    {
        $twig = new \Twig\Environment(new \Twig\Loader\FilesystemLoader(DIR_TEMPLATE), ['autoescape' => false]);

        return $twig->render($route . '.twig', $data + $this->registry->get('language')->data);
    }

    public function controller(string $route): string
    {
        return '<!-- ' . $route . ' -->';
    }

    public function model(string $route): void
    {
    }
}

/** The shop's list of events; several may have one code. */
final class Events
{
    /** @var array<int, array<string, string>> */
    public array $events = [];

    public function addEvent(string $code, string $trigger, string $action): void
    {
        $this->events[] = ['code' => $code, 'trigger' => $trigger, 'action' => $action];
    }

    public function deleteEventByCode(string $code): void
    {
        $this->events = array_values(array_filter($this->events, static function (array $event) use ($code): bool {
            return $event['code'] !== $code;
        }));
    }
}

require $upload . $side . '/controller/extension/module/supportbridge.php';

$session = new VisitorSession($orders['session'], $orders['language']);
$config = new Settings($orders['settings'] + [
    'config_store_id' => $orders['shop_id'],
    'config_language' => 'en-gb',
    'config_admin_language' => $orders['language'],
]);
$events = new Events();
$response = new Answering();
$registry = new Registry();
foreach ([
    'db' => $orders['driver'] === 'pdo' ? new PdoDriver($orders) : new WarningDriver($orders),
    'config' => $config,
    'customer' => new LoggedInCustomer($orders['customer']),
    'request' => (object) [
        'server' => array_map('strval', array_filter($_SERVER, 'is_scalar')) + ['REQUEST_METHOD' => $orders['method']],
        'post' => $orders['post'],
    ],
    'language' => new Language($orders['language']),
    'cache' => new Memory($orders['memory']),
    'log' => new ErrorLog($orders['log_broken']),
    'load' => new Loading($registry),
    'session' => $session,
    'user' => new AdminUser(),
    'document' => new Pieces(),
    'url' => new Addresses(false),
    'response' => $response,
    'model_setting_event' => $events,
    'model_setting_setting' => new StoredSettings($config),
] as $name => $part) {
    $registry->set($name, $part);
}
$module = new ControllerExtensionModuleSupportbridge($registry);

if ($orders['what'] === 'page') {
    play(static function () use ($module, $orders): string {
        $page = $orders['page'];
        $route = 'account/account';
        $data = ['content_top' => $orders['content_top'], 'footer' => $orders['footer']];
        if ($orders['directly']) {
            $module->accountAfter();
        }
        foreach (range(1, $orders['times']) as $ignored) {
            $module->accountAfter($route, $data, $page);
        }

        return $page;
    });
} elseif ($orders['what'] === 'order') {
    play(static function () use ($module, $orders): array {
        if ($orders['directly']) {
            $module->orderChanged();
        }
        $route = 'checkout/order/addOrderHistory';
        foreach ($orders['orders'] as $order) {
            $called = [$order, 5];
            $module->orderChanged($route, $called);
        }

        return [];
    });
} elseif ($orders['what'] === 'back office') {
    play(static function () use ($module, $orders): string {
        [$page, $data, $route, $method] = [$orders['page'], $orders['data'], '', 'beside' . ucfirst($orders['beside'])];
        if ($orders['directly']) {
            $module->$method();
        }
        $module->$method($route, $data, $page);

        return $page;
    });
} elseif ($orders['what'] === 'support') {
    require $upload . 'catalog/controller/extension/supportbridge/support.php';
    play(static function () use ($registry, $response, $session): array {
        (new ControllerExtensionSupportbridgeSupport($registry))->index();

        return $response->told() + ['session' => $session->data, 'scripts' => $registry->get('document')->scripts];
    });
} else {
    play(static function () use ($module, $orders, $config, $events, $response, $session): array {
        foreach ($orders['steps'] as $step) {
            $module->$step();
        }

        return [
            'events' => $events->events,
            'settings' => (object) $config->values,
            'output' => $response->output,
            'session' => $session->data,
        ];
    });
}
