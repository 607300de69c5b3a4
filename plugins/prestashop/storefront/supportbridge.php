<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

if (PHP_VERSION_ID >= 70400) {
    require_once __DIR__ . '/src/all.php';
    require_once __DIR__ . '/classes/SupportbridgeDatabase.php';
    require_once __DIR__ . '/classes/SupportbridgeShop.php';
}

/**
 * Shows customers their support coins, plan and next expiry on their account page, staff the same beside orders and
 * customers, and tells the desk of changed orders.
 *
 * Whatever goes wrong while the block is made, the account page goes on without it, and the reason is in the shop's log
 * (Advanced parameters > Logs), once a request.
 *
 * PrestaShop 1.6 runs on PHP far older than what this module needs, and reads this file before anybody can refuse it:
 * so this one file is written in the syntax of PHP 5.4, loads the others only where they can be read, and says what is
 * missing when it is installed. What differs between the shop's versions is in SupportbridgeShop.
 */
class Supportbridge extends Module
{
    const SEVERITY_WARNING = 2;
    const SEVERITY_ERROR = 3;
    const WEB_ROOT_TOLD = 'SUPPORTBRIDGE_WEB_ROOT_TOLD';

    private static $reported = false;

    /** @var string|null what the hook answered already: some themes ask for it twice on one page */
    private $block = null;

    public function __construct()
    {
        $this->name = 'supportbridge';
        $this->tab = 'front_office_features';
        $this->version = '0.7.0';
        $this->author = 'Support Bridge';
        $this->need_instance = 0;
        $this->bootstrap = true;
        $this->ps_versions_compliancy = ['min' => '1.6.0.0', 'max' => '9.99.99'];

        parent::__construct();

        $this->displayName = $this->l('Support Bridge: coins on the account page');
        $this->description = $this->l('Shows customers their support coins, plan and next expiry on their account page.');
        $this->confirmUninstall = $this->l('Removing this module leaves its tables in the database: they belong to the support desk.');
    }

    public function install()
    {
        if (!$this->canRun()) {
            $this->_errors[] = $this->l('This module needs PHP 7.4 or newer.');

            return false;
        }

        SupportbridgeShop::forgetJoinedStyleSheets();

        if (!$this->makeTables() || !parent::install() || !$this->takeHooks()) {
            return false;
        }
        $this->tellVersion();

        return true;
    }

    /**
     * What a shop that has an older version of this module lacks.
     *
     * It always succeeds: a shop takes a module that could not be upgraded out of service, and without these a customer
     * still sees his coins, only the desk learns of his order a little later. What could not be done is in the log.
     */
    public function bringUpToDate()
    {
        if (!$this->canRun()) {
            return true;
        }
        try {
            $this->makeTables();
            $this->takeHooks();
            $this->tellVersion();
            SupportbridgeShop::forgetJoinedStyleSheets();
        } catch (\Exception $error) { // whatever the shop throws, the block is worth more than the hints
            $this->report('the hooks of changed orders could not be taken: ' . get_class($error));
        }

        return true;
    }

    /**
     * Takes the module away. The tables stay: what is in them belongs to the desk.
     */
    public function uninstall()
    {
        Configuration::deleteByName(self::WEB_ROOT_TOLD);
        if ($this->canRun()) {
            $this->backOffice();
            \SupportBridge\Extension::forget($this->database(), _DB_PREFIX_, self::keyFolder());
        }
        $this->log('removed; the tables ' . _DB_PREFIX_ . 'supportbridge_* were left in place', 1);

        return parent::uninstall();
    }

    /**
     * The module's page in the back office: whether its tables and keys are in place, and how the desk is.
     */
    public function getContent()
    {
        if (!$this->canRun()) {
            return $this->l('This module needs PHP 7.4 or newer.');
        }
        $this->context->smarty->assign([
            'supportbridge_title' => $this->l('What the block needs'),
            'supportbridge_findings' => $this->backOffice()->findings($this->webRoots()),
            'supportbridge_groups' => $this->groups(),
            'supportbridge_uninstall' => $this->confirmUninstall,
        ]);

        return $this->display(__FILE__, 'views/templates/admin/configure.tpl');
    }

    public function hookActionFrontControllerSetMedia()
    {
        if ($this->canRun() && SupportbridgeShop::isAccountPage($this->context->controller)) {
            SupportbridgeShop::addStyleSheet($this->context->controller);
        }
    }

    public function hookDisplayCustomerAccount()
    {
        if (!$this->canRun() || !SupportbridgeShop::isAccountPage($this->context->controller)) {
            return ''; // some themes repeat the account page's links beside every page of the account
        }
        if ($this->block === null) {
            $this->block = $this->blockOrNothing();
        }

        return $this->block;
    }

    /**
     * What the request of the customer's own page is answered with; null where the page cannot be made at all.
     *
     * @return \SupportBridge\PageReply|null
     */
    public function pageReply()
    {
        if (!$this->canRun()) {
            return null;
        }
        try {
            require_once __DIR__ . '/src/page.php';
            require_once __DIR__ . '/classes/SupportbridgePageShop.php';
            $shop = new SupportbridgePageShop($this, $this->context);
            $page = new \SupportBridge\SupportPage($shop, $_GET, (int) $_SERVER['REQUEST_TIME']);

            $post = $_SERVER['REQUEST_METHOD'] === 'POST' ? $_POST : null;

            return $page->reply($post, $_FILES, $_SERVER);
        } catch (\Throwable $error) { // a damaged extension is no reason to show a customer a fault
            $this->report('the support page is not shown: ' . get_class($error));

            return null;
        }
    }

    /**
     * @return string
     */
    public function accountText()
    {
        return \SupportBridge\Language::of((string) $this->context->language->iso_code)->say('account');
    }

    /**
     * Beside an order, since 1.7.7.
     */
    public function hookDisplayAdminOrderSide($params)
    {
        return $this->panels('besideOrder', $params, 'id_order');
    }

    /**
     * Beside an order, before 1.7.7.
     */
    public function hookDisplayAdminOrderRight($params)
    {
        return $this->panels('besideOrder', $params, 'id_order');
    }

    public function hookDisplayAdminCustomers($params)
    {
        return $this->panels('besideCustomer', $params, 'id_customer');
    }

    public function hookActionOrderStatusPostUpdate($params)
    {
        $this->tellTheDesk($params);
    }

    public function hookActionOrderSlipAdd($params)
    {
        $this->tellTheDesk($params);
    }

    public function hookActionObjectOrderUpdateAfter($params)
    {
        $this->tellTheDesk($params);
    }

    public function hookActionObjectOrderDeleteAfter($params)
    {
        $this->tellTheDesk($params);
    }

    public function hookActionObjectOrderDetailAddAfter($params)
    {
        $this->tellTheDesk($params);
    }

    public function hookActionObjectOrderDetailUpdateAfter($params)
    {
        $this->tellTheDesk($params);
    }

    public function hookActionObjectOrderDetailDeleteAfter($params)
    {
        $this->tellTheDesk($params);
    }

    /**
     * @return SupportbridgeBackOffice loaded only where it is needed, because the shop loads this file on every page
     */
    private function backOffice()
    {
        require_once __DIR__ . '/classes/SupportbridgeBackOffice.php';

        return new SupportbridgeBackOffice($this, (string) $this->context->language->iso_code);
    }

    /**
     * The state of the bridge; empty where even that cannot be told, which the log says.
     *
     * @return array<int, array<string, mixed>>
     */
    private function groups()
    {
        try {
            return $this->backOffice()->status(__DIR__ . '/sql/shop_tables.sql', (int) $_SERVER['REQUEST_TIME']);
        } catch (\Throwable $error) { // the page is worth more than this part of it
            $this->report('the state is not shown: ' . get_class($error));

            return [];
        }
    }

    /**
     * What staff see beside an order or a customer; whatever goes wrong here, the page goes on without it.
     *
     * @param string $which
     * @param mixed $params
     * @param string $name of the number in them
     *
     * @return string
     */
    private function panels($which, $params, $name)
    {
        if (!$this->canRun() || empty($params[$name])) {
            return '';
        }
        try {
            $panels = $this->backOffice()->$which((int) $params[$name], (int) $_SERVER['REQUEST_TIME']);
            if (!$panels) {
                return '';
            }
            $this->context->smarty->assign([
                'supportbridge_panels' => $panels,
                'supportbridge_cards' => !SupportbridgeShop::listsAccountLinks(),
                'supportbridge_wide' => $which === 'besideCustomer',
                'supportbridge_status' => SupportbridgeShop::statusAddress($this->context),
            ]);

            return (string) $this->display(__FILE__, 'views/templates/admin/panel.tpl');
        } catch (\Throwable $error) { // the page is worth more than the panel, whatever it was
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->report('the panel is not shown: ' . get_class($error) . ' in ' . $where);

            return '';
        }
    }

    /**
     * Leaves the version where the desk's checks find it.
     */
    private function tellVersion()
    {
        $this->backOffice();
        \SupportBridge\Extension::tell($this->database(), _DB_PREFIX_, self::keyFolder());
    }

    private function canRun()
    {
        return PHP_VERSION_ID >= 70400;
    }

    /**
     * @return string[]
     */
    private static function hooks()
    {
        return [
            'displayCustomerAccount',
            'actionFrontControllerSetMedia',
            SupportbridgeShop::orderPanelHook(),
            'displayAdminCustomers',
            'actionOrderStatusPostUpdate',
            'actionOrderSlipAdd',
            'actionObjectOrderUpdateAfter',
            'actionObjectOrderDeleteAfter',
            'actionObjectOrderDetailAddAfter',
            'actionObjectOrderDetailUpdateAfter',
            'actionObjectOrderDetailDeleteAfter',
        ];
    }

    private function takeHooks()
    {
        $taken = true;
        foreach (self::hooks() as $hook) {
            $taken = $this->registerHook($hook) && $taken;
        }

        return $taken;
    }

    /**
     * Never disturbs the order: the shared class keeps to itself whatever fails, and writes when the request ends.
     */
    private function tellTheDesk($params)
    {
        if (!$this->canRun()) {
            return;
        }
        try {
            \SupportBridge\Hints::orderChanged(
                $this->database(),
                _DB_PREFIX_,
                self::keyFolder(),
                SupportbridgeShop::ofOrder($params),
                function ($message) {
                    $this->log($message, self::SEVERITY_WARNING);
                }
            );
        } catch (\Throwable $error) { // the order is worth everything, the hint nothing
            return;
        }
    }

    private function blockOrNothing()
    {
        try {
            return $this->block();
        } catch (\SupportBridge\Problem $problem) {
            $this->report('the account block is not shown: ' . $problem->getMessage());
        } catch (\Throwable $error) { // the page is worth more than the block, whatever it was
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->report('the account block is not shown: ' . get_class($error) . ' in ' . $where);
        }

        return '';
    }

    /**
     * The block as HTML, empty if nobody is logged in; also for a customer without an account, where the shop has nothing
     * else for him either.
     */
    private function block()
    {
        if (!$this->context->customer->isLogged()) {
            return '';
        }
        $language = \SupportBridge\AccountBlock::language((string) $this->context->language->iso_code);
        $values = \SupportBridge\AccountBlock::read(
            new \SupportBridge\Tables($this->database(), _DB_PREFIX_),
            \SupportBridge\KeyFile::forShop(self::keyFolder(), (int) $this->context->shop->id),
            (int) $this->context->customer->id,
            (int) $_SERVER['REQUEST_TIME'],
            $language,
            function ($message) {
                $this->report($message);
            }
        );
        $this->warnOfWebRoot();
        if ($values === null) {
            return '';
        }
        $this->context->smarty->assign([
            'supportbridge' => $values + $this->texts(),
            'supportbridge_page' => SupportbridgeShop::pageAddress($this->context, []),
            'supportbridge_tickets' => SupportbridgeShop::pageAddress($this->context, ['view' => 'tickets']),
            'supportbridge_in_list' => SupportbridgeShop::listsAccountLinks(),
        ]);

        return (string) $this->display(__FILE__, 'views/templates/hook/account.tpl');
    }

    /**
     * @return array<string, string>
     */
    private function texts()
    {
        return [
            'heading' => $this->l('Support coins'),
            'text_available' => $this->l('Coins available'),
            'text_held' => $this->l('Coins held'),
            'text_plan' => $this->l('Plan'),
            'text_no_plan' => $this->l('No active plan'),
            'text_next_expiry' => $this->l('Next expiry'),
            'text_no_expiry' => $this->l('No coins will expire'),
            'text_frozen' => $this->l('This account is paused at the moment. Please contact our support.'),
        ];
    }

    private function makeTables()
    {
        try {
            foreach (\SupportBridge\SchemaFile::statements(__DIR__ . '/sql/shop_tables.sql', _DB_PREFIX_) as $statement) {
                if (!Db::getInstance()->execute($statement)) {
                    throw new \SupportBridge\DatabaseFailure((int) Db::getInstance()->getNumberError());
                }
            }
        } catch (\Exception $error) {
            $number = (int) Db::getInstance()->getNumberError();
            $this->_errors[] = $this->l('The tables could not be made. The error number of the database is in the log.');
            $this->log('the tables could not be made (database error ' . $number . ')', self::SEVERITY_ERROR);

            return false;
        }

        return true;
    }

    private function database()
    {
        return new SupportbridgeDatabase(Db::getInstance());
    }

    /**
     * @return string
     */
    public static function keyFolder()
    {
        return _PS_ROOT_DIR_ . '/config';
    }

    /**
     * @return string[]
     */
    private function webRoots()
    {
        return [isset($_SERVER['DOCUMENT_ROOT']) ? (string) $_SERVER['DOCUMENT_ROOT'] : '', _PS_ROOT_DIR_];
    }

    /**
     * Once a shop, because the folder can't be moved and the log would say the same on every page.
     */
    private function warnOfWebRoot()
    {
        if (
            !\SupportBridge\KeyFile::isInside(self::keyFolder(), $this->webRoots())
            || Configuration::get(self::WEB_ROOT_TOLD)
        ) {
            return;
        }
        Configuration::updateValue(self::WEB_ROOT_TOLD, 1);
        $this->log(
            'the key file lies inside the web root; make sure that the web server hands out nothing from config/',
            self::SEVERITY_WARNING
        );
    }

    /**
     * One line in the shop's log, the first of a request.
     *
     * @param string $message
     */
    public function report($message)
    {
        if (self::$reported) {
            return;
        }
        self::$reported = true;
        $this->log($message, self::SEVERITY_ERROR);
    }

    /**
     * Into the shop's log; that is a table too, so what fails there goes into PHP's own log.
     */
    private function log($message, $severity)
    {
        try {
            PrestaShopLogger::addLog('Support Bridge: ' . $message, $severity, null, 'Module', (int) $this->id, true);
        } catch (\Throwable $error) { // a log that cannot be written must not break the page either
            error_log('Support Bridge: ' . $message);
        }
    }
}
