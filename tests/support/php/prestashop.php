<?php

/*
 * Stand-ins of our own for what the module uses of PrestaShop 1.6 (thirty bees), 8 and 9, played from the command line.
 *
 * They believe what was seen on real shops: a failed statement throws an exception that repeats it, or returns false;
 * texts are looked up by the hash of their English words; templates are the module's own business to escape. A page of 1.6
 * takes a style sheet by its address and knows no other way; a hook that the module has no method for is left out.
 *
 * A step is a method of the module; `name:2` hands it an order of shop 2, `upgrade:0.2.0` runs that upgrade script.
 */

require __DIR__ . '/harness.php';
require 'smarty4/bootstrap.php';

define('_PS_VERSION_', $orders['version'] ?? '8.1.2');
define('__PS_BASE_URI__', '/shop/');
define('_DB_PREFIX_', $orders['prefix']);
define('_PS_ROOT_DIR_', $orders['shop_root']);

class PrestaShopException extends Exception
{
}

class Db
{
    private static ?Db $instance = null;

    private PDO $link;

    private bool $throws;

    public static function connect(array $orders): void
    {
        self::$instance = new self();
        self::$instance->throws = $orders['driver_throws'];
        self::$instance->link = new PDO(
            'mysql:unix_socket=' . $orders['socket'] . ';dbname=' . $orders['database'] . ';charset=utf8mb4',
            $orders['user'],
            $orders['password'],
            [PDO::ATTR_ERRMODE => $orders['driver_throws'] ? PDO::ERRMODE_EXCEPTION : PDO::ERRMODE_SILENT]
        );
    }

    public static function getInstance(): self
    {
        return self::$instance;
    }

    public function query(string $sql)
    {
        try {
            return $this->link->query($sql);
        } catch (PDOException $error) {
            throw new PrestaShopException($error->getMessage() . ' ' . $sql, (int) $error->getCode(), $error);
        }
    }

    public function execute(string $sql): bool
    {
        return (bool) $this->query($sql);
    }

    public function nextRow($result)
    {
        return $result->fetch(PDO::FETCH_ASSOC);
    }

    public function getNumberError(): int
    {
        return (int) ($this->link->errorInfo()[1] ?? 0);
    }
}

class PrestaShopLogger
{
    public static bool $broken = false;

    public static function addLog($message, $severity = 1, $code = null, $type = null, $id = null, $twice = false): bool
    {
        if (self::$broken) {
            throw new PrestaShopException('the log table is gone');
        }
        Told::$log[] = (string) $message;

        return true;
    }
}

class Configuration
{
    private static string $file;

    public static function remember(string $file): void
    {
        self::$file = $file;
    }

    public static function get(string $name)
    {
        return self::all()[$name] ?? false;
    }

    public static function updateValue(string $name, $value): void
    {
        file_put_contents(self::$file, json_encode([$name => $value] + self::all()));
    }

    public static function deleteByName(string $name): void
    {
        file_put_contents(self::$file, json_encode(array_diff_key(self::all(), [$name => 0])));
    }

    private static function all(): array
    {
        return is_file(self::$file) ? json_decode(file_get_contents(self::$file), true) : [];
    }
}

class LoggedInCustomer
{
    public int $id;

    public function __construct(int $id)
    {
        $this->id = $id;
    }

    public function isLogged(): bool
    {
        return $this->id > 0;
    }
}

class ShopLink
{
    public static string $host = 'shop.example';

    public function getModuleLink($module, $controller, array $parameters = [], $ssl = null): string
    {
        $parameters = ['fc' => 'module', 'module' => $module, 'controller' => $controller] + $parameters;

        return 'http://' . self::$host . '/index.php?' . http_build_query($parameters);
    }

    public function getAdminLink($controller, $withToken = true, array $route = [], array $parameters = []): string
    {
        $parameters = ['controller' => $controller, 'token' => 'a token'] + $parameters;

        return 'http://' . self::$host . '/backoffice/index.php?' . http_build_query($parameters);
    }

    public function getPageLink($controller, $ssl = null): string
    {
        return 'http://shop.example/index.php?controller=' . $controller;
    }
}

/** The shops of the database as an employee has them before him, and those that he may see. */
class Shop
{
    public const CONTEXT_SHOP = 1;
    public const CONTEXT_GROUP = 2;
    public const CONTEXT_ALL = 4;

    public static int $context = self::CONTEXT_SHOP;

    /** @var int[] */
    public static array $shops = [1];

    public static function getContext()
    {
        return self::$context;
    }

    public static function getContextListShopID($share = false)
    {
        return array_combine(self::$shops, self::$shops);
    }
}

class Employee
{
    /** @var int[]|null null for the one who may see all */
    private ?array $shops;

    /**
     * @param int[]|null $shops
     */
    public function __construct(?array $shops)
    {
        $this->shops = $shops;
    }

    public function isSuperAdmin()
    {
        return $this->shops === null;
    }

    public function hasAuthOnShop($idShop)
    {
        return $this->isSuperAdmin() || in_array($idShop, $this->shops);
    }
}

class Media
{
    public static function clearCache(): void
    {
        Configuration::updateValue('joined style sheets', Configuration::get('joined style sheets') + 1);
    }
}

class Tools
{
    public static string $session = '';

    public static string $redirect = '';

    public static function getToken($page = true): string
    {
        return self::$session === '' ? '' : md5(self::$session . $page);
    }

    public static function secureReferrer($address): string
    {
        return preg_match('#^https?://shop\.example/#', $address) ? $address : '/shop/';
    }

    public static function redirect($address): void
    {
        self::$redirect = $address;
    }
}

class FrontPage
{
    public string $php_self;

    /** @var string[] */
    public array $sheets = [];

    /** @var string[] */
    public array $scripts = [];

    public function __construct(string $name)
    {
        $this->php_self = $name;
    }

    public function addCSS($address): void
    {
        $this->sheets[] = $address;
    }

    public function addJS($address): void
    {
        $this->scripts[] = $address;
    }
}

class FrontPageSince17 extends FrontPage
{
    public function registerStylesheet(string $id, string $path): void
    {
        $this->sheets[] = $path;
    }
}

class Context
{
    public static function getContext(): object
    {
        return Module::$shopContext;
    }
}

class Module
{
    public $name;
    public $tab;
    public $version;
    public $author;
    public $need_instance;
    public $bootstrap;
    public $ps_versions_compliancy;
    public $displayName;
    public $description;
    public $confirmUninstall;
    public $id = 9;
    public $context;
    public $_errors = [];

    public static object $shopContext;

    public bool $installed = false;

    public function __construct()
    {
        $this->context = self::$shopContext;
    }

    public function install()
    {
        return $this->installed = true;
    }

    public function uninstall()
    {
        $this->installed = false;
        Configuration::deleteByName('the hooks taken');

        return true;
    }

    public function registerHook(string $hook): bool
    {
        if (is_callable([$this, 'hook' . ucfirst($hook)]) && !$this->isRegisteredInHook($hook)) {
            Configuration::updateValue('the hooks taken', array_merge(self::hooksTaken(), [$hook]));
        }

        return true;
    }

    public static function hooksTaken(): array
    {
        return Configuration::get('the hooks taken') ?: [];
    }

    public function isRegisteredInHook(string $hook): bool
    {
        return in_array($hook, self::hooksTaken(), true);
    }

    public function l(string $text, $source = false): string
    {
        $_MODULE = [];
        $file = dirname((new ReflectionClass($this))->getFileName())
            . '/translations/' . $this->context->language->iso_code . '.php';
        if (is_file($file)) {
            require $file;
            $_MODULE = $GLOBALS['_MODULE'] ?? $_MODULE;
        }
        $key = '<{' . $this->name . '}prestashop>' . ($source ?: $this->name) . '_' . md5($text);

        return htmlspecialchars($_MODULE[$key] ?? $text, ENT_COMPAT, 'UTF-8');
    }

    public function display(string $file, string $template): string
    {
        return $this->context->smarty->fetch(dirname($file) . '/' . $template);
    }
}

abstract class ModuleFrontController
{
    public $module;
    public $context;
    public $template = '';
    public $auth = false;
    public $authRedirection = false;

    public function __construct(Module $module)
    {
        $this->module = $module;
        $this->context = $module->context;
    }

    public function init()
    {
        if ($this->auth && !$this->context->customer->isLogged()) {
            $back = $this->authRedirection ? '&back=' . $this->authRedirection : '';
            Tools::redirect('http://shop.example/index.php?controller=authentication' . $back);
        }
    }

    public function setMedia()
    {
        return true;
    }

    public function initContent()
    {
    }

    public function addCSS($address): void
    {
        $this->context->controller->addCSS($address);
    }

    public function addJS($address): void
    {
        $this->context->controller->addJS($address);
    }

    public function setTemplate(string $template): void
    {
        $this->template = $template;
    }

    public function getTemplateVarPage()
    {
        return ['meta' => ['title' => 'the shop']];
    }

    protected function getBreadcrumbLinks()
    {
        return ['links' => []];
    }

    protected function addMyAccountToBreadcrumb()
    {
        return ['title' => 'Your account', 'url' => 'my-account'];
    }
}

Db::connect($orders);
Configuration::remember($orders['memory']);
PrestaShopLogger::$broken = $orders['log_broken'];
$smarty = new Smarty();
$smarty->setCompileDir($orders['compiled']);
Module::$shopContext = (object) [
    'customer' => new LoggedInCustomer($orders['customer']),
    'shop' => (object) ['id' => $orders['shop_id']],
    'language' => (object) ['iso_code' => $orders['language']],
    'employee' => new Employee($orders['may_see'] ?? null),
    'controller' => version_compare(_PS_VERSION_, '1.7', '<')
        ? new FrontPage($orders['page_name'] ?? 'my-account')
        : new FrontPageSince17($orders['page_name'] ?? 'my-account'),
    'smarty' => $smarty,
    'link' => new ShopLink(),
];
Shop::$context = isset($orders['looks_at']) ? Shop::CONTEXT_SHOP : Shop::CONTEXT_ALL;
Shop::$shops = $orders['looks_at'] ?? $orders['open_shops'] ?? [1];
Tools::$session = $orders['session'];
ShopLink::$host = $orders['host'] ?? ShopLink::$host;
require $orders['extensions'] . '/supportbridge/supportbridge.php';
$module = new Supportbridge();

if ($orders['what'] === 'page') {
    play(static function () use ($module, $orders): string {
        $page = $orders['page'];
        foreach (range(1, $orders['times']) as $ignored) {
            $page = str_replace('{hook}', $module->hookDisplayCustomerAccount() . '{hook}', $page);
        }

        return str_replace('{hook}', '', $page);
    });
} elseif ($orders['what'] === 'back office') {
    play(static function () use ($module, $orders): string {
        $hook = 'hook' . ucfirst($orders['hook']);

        return str_replace('{hook}', $module->$hook($orders['data']), $orders['page']);
    });
} elseif ($orders['what'] === 'support') {
    require $orders['extensions'] . '/supportbridge/controllers/front/support.php';
    play(static function () use ($module, $smarty): array {
        $page = new SupportbridgeSupportModuleFrontController($module);
        $page->init();
        if (Tools::$redirect === '') {
            $page->setMedia();
            $page->postProcess();
        }
        if (Tools::$redirect !== '') {
            return ['output' => '', 'redirect' => Tools::$redirect];
        }
        $page->initContent();

        return [
            'output' => (string) $smarty->getTemplateVars('supportbridge_content'),
            'redirect' => '',
            'title' => (string) $smarty->getTemplateVars('supportbridge_title'),
            'template' => $page->template,
            'sheets' => $page->context->controller->sheets,
            'scripts' => $page->context->controller->scripts,
        ];
    });
} else {
    play(static function () use ($module, $orders): array {
        $answers = [];
        foreach ($orders['steps'] as $step) {
            [$name, $given] = explode(':', $step . ':');
            if ($name === 'upgrade') {
                require dirname((new ReflectionClass($module))->getFileName()) . '/upgrade/upgrade-' . $given . '.php';
                $answers[] = ('upgrade_module_' . str_replace('.', '_', $given))($module);
            } elseif ($given !== '') {
                $answers[] = $module->$name(['object' => (object) ['id' => 42, 'id_shop' => (int) $given]]);
            } else {
                $answers[] = $module->$name([]);
            }
        }

        return [
            'answers' => $answers,
            'hooks' => Module::hooksTaken(),
            'installed' => $module->installed,
            'errors' => $module->_errors,
            'sheets' => $module->context->controller->sheets,
            'cleared' => (int) Configuration::get('joined style sheets'),
        ];
    });
}
