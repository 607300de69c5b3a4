<?php

use Opencart\System\Library\Extension\Supportbridge\AccountPage;
use Opencart\System\Library\Extension\Supportbridge\ShopDatabase;

/**
 * The customer's coins on the account page of OpenCart 3, and the desk's hint that an order has changed.
 *
 * Runs after the shop has done its own part, so that whatever goes wrong here leaves the page and the order as they
 * were; the reason is then in the shop's error log, once a request. An old PHP can read this file, but not the classes
 * it loads: then nothing is shown, and the module's page in the administration says why.
 */
class ControllerExtensionModuleSupportbridge extends Controller
{
    const OLDEST_PHP = 70400;

    private static $folders = array('en' => 'en-gb', 'ru' => 'ru-ru', 'fa' => 'fa-ir');
    private static $texts = array('heading_title', 'text_available', 'text_held', 'text_plan', 'text_no_plan',
        'text_next_expiry', 'text_no_expiry', 'text_frozen');
    private static $reported = false;

    /**
     * Event catalog/view/account/account/after.
     *
     * The defaults let the address of this method be opened directly: it then does nothing.
     *
     * @param string $route
     * @param array<string, mixed> $data
     * @param string $output
     */
    public function accountAfter(&$route = '', &$data = array(), &$output = '')
    {
        if (PHP_VERSION_ID < self::OLDEST_PHP || $output === '') {
            return;
        }
        if (!$this->customer->isLogged() || !$this->isSwitchedOn()) {
            return;
        }
        try {
            $this->loadClasses();
            $block = $this->block();
            if ($block !== '') {
                $output = AccountPage::withBlock($block, $output, $data);
            }
        } catch (\SupportBridge\Problem $problem) {
            $this->report('the account block is not shown: ' . $problem->getMessage());
        } catch (\Throwable $error) { // the page is worth more than the block, whatever it was
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->report('the account block is not shown: ' . get_class($error) . ' in ' . $where);
        }
    }

    /**
     * Events catalog/model/checkout/order/addOrderHistory/after and deleteOrder/after, of the storefront, a payment's
     * answer and the administration alike.
     *
     * @param string $route
     * @param array<int, mixed> $args what the model was called with: the order's id first
     */
    public function orderChanged(&$route = '', &$args = array())
    {
        if (PHP_VERSION_ID < self::OLDEST_PHP || !$args) {
            return;
        }
        try {
            $this->loadClasses();
            $database = new ShopDatabase($this->db);
            $log = $this->log;
            \SupportBridge\Hints::orderChanged(
                $database,
                DB_PREFIX,
                DIR_STORAGE,
                $database->shopOfOrder((int) reset($args)),
                static function ($message) use ($log) {
                    $log->write('Support Bridge: ' . $message);
                }
            );
        } catch (\Throwable $error) { // whatever it was, the order goes on
        }
    }

    private function isSwitchedOn()
    {
        return !$this->config->has('module_supportbridge_status')
            || (bool) $this->config->get('module_supportbridge_status');
    }

    private function loadClasses()
    {
        foreach (array('shared/all.php', 'shop_database.php', 'account_page.php') as $name) {
            $file = DIR_SYSTEM . 'library/supportbridge/' . $name;
            if (!is_file($file)) { // asked first, because a missing file would end the request
                throw new \RuntimeException('a file of the extension is missing');
            }
            require_once $file;
        }
    }

    /**
     * The block as HTML; empty for a customer without an account in a shop that has nothing else for him either.
     *
     * @return string
     */
    private function block()
    {
        $language = \SupportBridge\AccountBlock::language($this->pageLanguage());
        $values = \SupportBridge\AccountBlock::read(
            new \SupportBridge\Tables(new ShopDatabase($this->db), DB_PREFIX),
            \SupportBridge\KeyFile::forShop(DIR_STORAGE, (int) $this->config->get('config_store_id')),
            (int) $this->customer->getId(),
            (int) $this->request->server['REQUEST_TIME'],
            $language,
            function ($message) {
                $this->report($message);
            }
        );
        $this->warnOfWebRoot();
        if ($values === null) {
            return '';
        }
        $values += self::texts(self::$folders[$language]);
        $values['style_sheet'] = 'catalog/view/theme/default/stylesheet/supportbridge.css';
        $values['page'] = $this->page('');
        $values['tickets'] = $this->page('view=tickets');

        return $this->load->view('extension/module/supportbridge', $values);
    }

    /**
     * The address of the customer's own page, not escaped.
     *
     * @param string $view
     *
     * @return string
     */
    private function page($view)
    {
        return str_replace('&amp;', '&', $this->url->link('extension/supportbridge/support', $view, true));
    }

    /**
     * The code of the language the page is in; the setting only names the shop's first language.
     *
     * @return string
     */
    private function pageLanguage()
    {
        return isset($this->session->data['language'])
            ? (string) $this->session->data['language']
            : (string) $this->config->get('config_language');
    }

    /**
     * The block's own words, without touching the page's.
     *
     * @param string $folder
     *
     * @return array<string, string>
     */
    private static function texts($folder)
    {
        $language = new \Language($folder);
        $language->load('extension/module/supportbridge');
        $texts = array();
        foreach (self::$texts as $name) {
            $texts[$name] = $language->get($name);
        }

        return $texts;
    }

    /**
     * Once in the cache's life time, because it says the same on every page.
     */
    private function warnOfWebRoot()
    {
        $server = $this->request->server;
        $roots = array(
            isset($server['DOCUMENT_ROOT']) ? (string) $server['DOCUMENT_ROOT'] : '',
            dirname(DIR_APPLICATION),
        );
        if (!\SupportBridge\KeyFile::isInside(DIR_STORAGE, $roots) || $this->cache->get('supportbridge.web_root')) {
            return;
        }
        $this->cache->set('supportbridge.web_root', true);
        $this->log->write('Support Bridge: the key file lies inside the web root; move the storage folder out of it');
    }

    private function report($message)
    {
        if (self::$reported) {
            return;
        }
        self::$reported = true;
        $this->log->write('Support Bridge: ' . $message);
    }
}
