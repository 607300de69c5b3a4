<?php

/*
 * Stand-ins of our own for what the extension uses of OpenCart 4, played from the command line.
 *
 * They believe what was seen on real shops: drivers throw plain exceptions that repeat the statement, templates are not
 * escaped for the template's author, language files are plain arrays found by extension and language code.
 */

namespace Opencart\System\Engine {
    class Registry
    {
        /** @var array<string, object> */
        private array $parts = [];

        public function __get(string $name): object
        {
            return $this->parts[$name];
        }

        public function __set(string $name, object $part): void
        {
            $this->parts[$name] = $part;
        }
    }

    class Controller
    {
        private Registry $registry;

        public function __construct(Registry $registry)
        {
            $this->registry = $registry;
        }

        public function __get(string $name): object
        {
            return $this->registry->$name;
        }
    }
}

namespace {
    require __DIR__ . '/harness.php';
    require __DIR__ . '/opencart_parts.php';
    require 'Twig/autoload.php';

    define('DB_PREFIX', $orders['prefix']);
    define('DIR_EXTENSION', $orders['extensions'] . '/');
    define('DIR_STORAGE', $orders['key_folder'] . '/');
    define('DIR_OPENCART', $orders['shop_root'] . '/');

    // A class of an extension lies in the folder its namespace names, its file name in lower case with underscores.
    spl_autoload_register(static function (string $class): void {
        $homes = [
            'Opencart\\System\\Library\\Extension\\Supportbridge\\' => 'system/library/',
            'Opencart\\Catalog\\Controller\\Extension\\Supportbridge\\' => 'catalog/controller/',
            'Opencart\\Admin\\Controller\\Extension\\Supportbridge\\' => 'admin/controller/',
        ];
        foreach ($homes as $namespace => $home) {
            if (strpos($class, $namespace) === 0) {
                $name = str_replace('\\', '/', substr($class, strlen($namespace)));
                require DIR_EXTENSION . 'supportbridge/' . $home
                    . strtolower(preg_replace('/([a-z])([A-Z])/', '$1_$2', $name)) . '.php';
            }
        }
    });

    final class ShopDb
    {
        private \mysqli $connection;

        private string $driver;

        public function __construct(array $orders)
        {
            $this->driver = $orders['driver'];
            $this->connection = new \mysqli(
                'localhost', $orders['user'], $orders['password'], $orders['database'], 0, $orders['socket']
            );
            $this->connection->set_charset('utf8mb4');
        }

        public function query(string $sql)
        {
            try {
                $result = $this->connection->query($sql);
            } catch (\mysqli_sql_exception $error) {
                $text = $error->getMessage();
                $number = $error->getCode();
                throw new \Exception(
                    $this->driver === 'pdo'
                        ? 'Error: SQLSTATE[HY000]: Some words: ' . $number . ' ' . $text . ' <br/>Error Code : HY000 <br/>' . $sql
                        : 'Error: ' . $text . '<br/>Error No: ' . $number . '<br/>' . $sql
                );
            }
            if ($result === true) {
                return true;
            }
            $rows = $result->fetch_all(MYSQLI_ASSOC);

            return (object) ['num_rows' => count($rows), 'row' => $rows[0] ?? [], 'rows' => $rows];
        }
    }

    final class Words
    {
        /** @var array<string, string> */
        private array $words = [];

        public function load(string $side, string $name, string $prefix, string $code): void
        {
            $_ = [];
            $place = substr($name, strlen('extension/supportbridge/'));
            $file = DIR_EXTENSION . "supportbridge/$side/language/$code/$place.php";
            if (is_file($file)) {
                require $file;
            }
            foreach ($_ as $key => $text) {
                $this->words[$prefix === '' ? $key : $prefix . '_' . $key] = $text;
            }
        }

        public function get(string $key): string
        {
            return $this->words[$key] ?? $key;
        }

        /** @return array<string, string> */
        public function all(): array
        {
            return $this->words;
        }
    }

    /** Loads texts, templates and the two models of the administration that the extension uses. */
    final class Loading
    {
        private \Opencart\System\Engine\Registry $registry;

        private string $side;

        private string $code;

        public function __construct(\Opencart\System\Engine\Registry $registry, string $side, string $code)
        {
            $this->registry = $registry;
            $this->side = $side;
            $this->code = $code;
        }

        public function language(string $route, string $prefix = '', string $code = ''): array
        {
            $this->registry->language->load($this->side, $route, $prefix, $code !== '' ? $code : $this->code);

            return $this->registry->language->all();
        }

        public function view(string $route, array $data): string
        {
            $folder = DIR_EXTENSION . 'supportbridge/' . $this->side . '/view/template';
            $twig = new \Twig\Environment(new \Twig\Loader\FilesystemLoader($folder), ['autoescape' => false]);

            return $twig->render(
                substr($route, strlen('extension/supportbridge/')) . '.twig',
                $data + $this->registry->language->all()
            );
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
        /** @var array<int, array<string, mixed>> */
        public array $events = [];

        public function addEvent(array $event): void
        {
            $this->events[] = $event;
        }

        public function deleteEventByCode(string $code): void
        {
            $this->events = array_values(array_filter($this->events, static function (array $event) use ($code): bool {
                return $event['code'] !== $code;
            }));
        }
    }

    $registry = new \Opencart\System\Engine\Registry();
    $registry->db = new ShopDb($orders);
    $registry->config = new Settings($orders['settings'] + [
        'config_store_id' => $orders['shop_id'],
        'config_language' => $orders['language'],
        'config_language_admin' => $orders['language'],
    ]);
    $registry->customer = new LoggedInCustomer($orders['customer']);
    $registry->request = (object) ['server' => array_map('strval', array_filter($_SERVER, 'is_scalar')), 'post' => []];
    $registry->language = new Words();
    $registry->cache = new Memory($orders['memory']);
    $registry->log = new ErrorLog($orders['log_broken']);
    $side = in_array($orders['what'], ['steps', 'back office'], true) ? 'admin' : 'catalog';
    $registry->url = new Addresses(true);
    $registry->response = new Answering();
    $registry->document = new Pieces();
    $registry->session = new VisitorSession($orders['session'], $orders['language']);
    $registry->load = new Loading($registry, $side, $orders['language']);

    if ($orders['what'] === 'page') {
        play(static function () use ($registry, $orders): string {
            $page = $orders['page'];
            $route = 'account/account';
            $data = ['content_top' => $orders['content_top'], 'footer' => $orders['footer']];
            $event = new \Opencart\Catalog\Controller\Extension\Supportbridge\Event\Account($registry);
            if ($orders['directly']) {
                $event->after();
            }
            foreach (range(1, $orders['times']) as $ignored) {
                $event->after($route, $data, $page);
            }

            return $page;
        });
    } elseif ($orders['what'] === 'order') {
        play(static function () use ($registry, $orders): array {
            $event = new \Opencart\Catalog\Controller\Extension\Supportbridge\Event\Order($registry);
            if ($orders['directly']) {
                $event->changed();
            }
            $route = 'checkout/order.addHistory';
            foreach ($orders['orders'] as $order) {
                $called = [$order, 5];
                $event->changed($route, $called);
            }

            return [];
        });
    } elseif ($orders['what'] === 'back office') {
        play(static function () use ($registry, $orders): string {
            [$page, $data, $route] = [$orders['page'], $orders['data'], 'sale/order_info'];
            $event = new \Opencart\Admin\Controller\Extension\Supportbridge\Event\Panel($registry);
            if ($orders['directly']) {
                $event->{$orders['beside']}();
            }
            $event->{$orders['beside']}($route, $data, $page);

            return $page;
        });
    } elseif ($orders['what'] === 'support') {
        play(static function () use ($registry): array {
            (new \Opencart\Catalog\Controller\Extension\Supportbridge\Account\Support($registry))->index();

            return $registry->response->told() + [
                'session' => $registry->session->data,
                'scripts' => $registry->document->scripts,
                'sheets' => $registry->document->sheets,
            ];
        });
    } else {
        $registry->user = new AdminUser();
        $registry->model_setting_event = new Events();
        $registry->model_setting_setting = new StoredSettings($registry->config);
        play(static function () use ($registry, $orders): array {
            $module = new \Opencart\Admin\Controller\Extension\Supportbridge\Module\Supportbridge($registry);
            foreach ($orders['steps'] as $step) {
                $module->$step();
            }

            return [
                'events' => $registry->model_setting_event->events,
                'settings' => (object) $registry->config->values,
                'output' => $registry->response->output,
            ];
        });
    }
}
