<?php

use Opencart\System\Library\Extension\Supportbridge\BackOffice;

/**
 * The module's page in the administration of OpenCart 3 with the state of the bridge, what happens when the module is
 * installed or removed, and the panels beside orders and customers.
 *
 * An old PHP can read this file, so that the page can say that it is too old for the rest.
 */
class ControllerExtensionModuleSupportbridge extends Controller
{
    const ROUTE = 'extension/module/supportbridge';
    const OLDEST_PHP = 70400;
    const PANEL = 'supportbridge_panel';

    private static $events = array(
        array('supportbridge_account', 'catalog/view/account/account/after', 'accountAfter'),
        array('supportbridge_order', 'catalog/model/checkout/order/addOrderHistory/after', 'orderChanged'),
        array('supportbridge_order', 'catalog/model/checkout/order/deleteOrder/after', 'orderChanged'),
        array(self::PANEL, 'admin/view/sale/order_info/after', 'besideOrder'),
        array(self::PANEL, 'admin/view/customer/customer_form/after', 'besideCustomer'),
    );

    /** @var \Language|null our own words, apart from the page's */
    private $words = null;

    public function index()
    {
        $this->load->language(self::ROUTE);
        $this->document->setTitle($this->language->get('heading_title'));

        $token = 'user_token=' . $this->session->data['user_token'];
        $back = $this->url->link('marketplace/extension', $token . '&type=module', true);
        $warning = '';
        if ($this->request->server['REQUEST_METHOD'] === 'POST') {
            if ($this->user->hasPermission('modify', self::ROUTE)) {
                $this->save();
                $this->session->data['success'] = $this->language->get('text_success');
                $this->response->redirect($back);

                return;
            }
            $warning = $this->language->get('error_permission');
        }
        $this->response->setOutput($this->load->view(self::ROUTE, array(
            'breadcrumbs' => array(
                array(
                    'text' => $this->language->get('text_home'),
                    'href' => $this->url->link('common/dashboard', $token, true),
                ),
                array('text' => $this->language->get('text_extension'), 'href' => $back),
                array(
                    'text' => $this->language->get('heading_title'),
                    'href' => $this->url->link(self::ROUTE, $token, true),
                ),
            ),
            'warning' => $warning,
            'save' => $this->url->link(self::ROUTE, $token, true),
            'back' => $back,
            'status' => $this->config->get('module_supportbridge_status'),
            'findings' => $this->findings(),
            'groups' => $this->groups(),
            'header' => $this->load->controller('common/header'),
            'column_left' => $this->load->controller('common/column_left'),
            'footer' => $this->load->controller('common/footer'),
        )));
    }

    /**
     * Event admin/view/sale/order_info/after.
     *
     * The defaults let the address of this method be opened directly: it then does nothing.
     *
     * @param string $route
     * @param array<string, mixed> $data
     * @param string $output
     */
    public function besideOrder(&$route = '', &$data = array(), &$output = '')
    {
        $this->addPanels('besideOrder', $data, $output);
    }

    /**
     * Event admin/view/customer/customer_form/after.
     *
     * @param string $route
     * @param array<string, mixed> $data
     * @param string $output
     */
    public function besideCustomer(&$route = '', &$data = array(), &$output = '')
    {
        $this->addPanels('besideCustomer', $data, $output);
    }

    /**
     * Makes the tables, registers the events and switches the block on; called by Extensions > Modules.
     */
    public function install()
    {
        if (!$this->user->hasPermission('modify', 'extension/extension/module')) {
            return;
        }
        $this->load->model('setting/setting');
        $this->model_setting_setting->editSetting('module_supportbridge', array('module_supportbridge_status' => '1'));
        $this->prepare();
    }

    /**
     * Takes the events and the setting away. The tables stay: what is in them belongs to the desk.
     */
    public function uninstall()
    {
        if (!$this->user->hasPermission('modify', 'extension/extension/module')) {
            return;
        }
        $this->removeEvents();
        $this->load->model('setting/setting');
        $this->model_setting_setting->deleteSetting('module_supportbridge');
        if (PHP_VERSION_ID >= self::OLDEST_PHP) {
            $database = $this->database();
            \SupportBridge\Extension::forget($database, DB_PREFIX, DIR_STORAGE);
        }
        $this->log->write('Support Bridge: removed; the tables ' . DB_PREFIX . 'supportbridge_* were left in place');
    }

    private function save()
    {
        $this->load->model('setting/setting');
        $this->model_setting_setting->editSetting('module_supportbridge', array(
            'module_supportbridge_status' => !empty($this->request->post['module_supportbridge_status']) ? '1' : '0',
        ));
        $this->prepare();
    }

    /**
     * Makes what a version of this extension may have more than the one before it; again and again does no harm.
     *
     * Tables that the shop's user may not make are no reason to stop: the desk can make them.
     */
    private function prepare()
    {
        $this->removeEvents();
        foreach (self::$events as $event) {
            $this->model_setting_event->addEvent($event[0], $event[1], self::ROUTE . '/' . $event[2]);
        }
        if (PHP_VERSION_ID < self::OLDEST_PHP) {
            return;
        }
        try {
            $database = $this->database();
            $statements = \SupportBridge\SchemaFile::statements(self::ownFile('shop_tables.sql'), DB_PREFIX);
            foreach ($statements as $statement) {
                $database->write($statement);
            }
            \SupportBridge\Extension::tell($database, DB_PREFIX, DIR_STORAGE);
        } catch (\RuntimeException $error) {
            $this->log->write('Support Bridge: the tables could not be made; run "bridge store prepare" instead');
        }
    }

    private function removeEvents()
    {
        $this->load->model('setting/event');
        foreach (self::$events as $event) {
            $this->model_setting_event->deleteEventByCode($event[0]);
        }
    }

    /**
     * @return array<int, array{well: bool, text: string}>
     */
    private function findings()
    {
        if (PHP_VERSION_ID < self::OLDEST_PHP) {
            return array(array('well' => false, 'text' => $this->language->get('text_php_old') . ' ' . PHP_VERSION));
        }
        $database = $this->database();
        $reader = new \SupportBridge\AccountReader($database, DB_PREFIX, DIR_STORAGE);
        $server = $this->request->server;
        $roots = array(
            isset($server['DOCUMENT_ROOT']) ? (string) $server['DOCUMENT_ROOT'] : '',
            dirname(DIR_APPLICATION),
        );
        $findings = \SupportBridge\Inspection::findings($reader, DIR_STORAGE, $roots);
        $findings[] = \SupportBridge\Inspection::hints($database, DB_PREFIX);
        $findings[] = \SupportBridge\Inspection::desk($database, DB_PREFIX);
        $findings[] = $this->backOffice()->panels(self::PANEL);
        $shown = array();
        foreach ($findings as $finding) {
            $text = $this->language->get('text_' . $finding['code']);
            $shown[] = array('well' => $finding['well'], 'text' => trim($text . ' ' . $finding['detail']));
        }

        return $shown;
    }

    /**
     * Whatever goes wrong here leaves the page as it was; the reason is then in the shop's error log.
     *
     * @param string $which
     * @param array<string, mixed> $data
     * @param string $output
     */
    private function addPanels($which, $data, &$output)
    {
        if (PHP_VERSION_ID < self::OLDEST_PHP || $output === '') {
            return;
        }
        try {
            $panels = $this->backOffice()->$which($data, (int) $this->request->server['REQUEST_TIME']);
            if ($panels) {
                $token = 'user_token=' . $this->session->data['user_token'];
                $output = BackOffice::withPanels($this->load->view('extension/supportbridge/panel', array(
                    'panels' => $panels,
                    'status' => $this->url->link(self::ROUTE, $token, true),
                )), $output);
            }
        } catch (\Throwable $error) { // the page is worth more than the panel, whatever it was
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->report('the panel is not shown: ' . get_class($error) . ' in ' . $where);
        }
    }

    /**
     * The state of the bridge; empty where even that cannot be told, which the log says.
     *
     * @return array<int, array<string, mixed>>
     */
    private function groups()
    {
        if (PHP_VERSION_ID < self::OLDEST_PHP) {
            return array();
        }
        try {
            // The key may have come after the installation, and a newer extension without one.
            $database = $this->database();
            \SupportBridge\Extension::tell($database, DB_PREFIX, DIR_STORAGE);
            $now = (int) $this->request->server['REQUEST_TIME'];

            return $this->backOffice()->status(self::ownFile('shop_tables.sql'), $now);
        } catch (\Throwable $error) { // the page is worth more than this part of it
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->report('the state is not shown: ' . get_class($error) . ' in ' . $where);

            return array();
        }
    }

    private function backOffice()
    {
        $database = $this->database();
        $language = (string) $this->config->get('config_admin_language');

        return new BackOffice($database, $language, function ($code, $name) {
            if ($this->words === null) {
                $this->words = new \Language($code);
                $this->words->load('extension/supportbridge/back_office');
            }

            return $this->words->get($name);
        }, function ($message) {
            $this->report($message);
        });
    }

    private function report($message)
    {
        try {
            $this->log->write('Support Bridge: ' . $message);
        } catch (\Throwable $error) { // a log that cannot be written is no reason to lose the page
            return;
        }
    }

    private function database()
    {
        foreach (array('shared/admin.php', 'shop_database.php', 'back_office.php') as $name) {
            if (!is_file(self::ownFile($name))) { // asked first, because a missing file would end the request
                throw new \RuntimeException('a file of the extension is missing');
            }
            require_once self::ownFile($name);
        }

        return new \Opencart\System\Library\Extension\Supportbridge\ShopDatabase($this->db);
    }

    private static function ownFile($name)
    {
        return DIR_SYSTEM . 'library/supportbridge/' . $name;
    }
}
