<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

require_once __DIR__ . '/src/all.php';
require_once __DIR__ . '/classes/SupportbridgeDatabase.php';

/**
 * Shows customers their support coins, plan and next expiry on their account page.
 *
 * Whatever goes wrong while the block is made, the account page goes on without it, and the reason is in the shop's log
 * (Advanced parameters > Logs), once a request.
 */
class Supportbridge extends Module
{
    private const SEVERITY_WARNING = 2;
    private const SEVERITY_ERROR = 3;
    private const WEB_ROOT_TOLD = 'SUPPORTBRIDGE_WEB_ROOT_TOLD';

    private static bool $reported = false;

    public function __construct()
    {
        $this->name = 'supportbridge';
        $this->tab = 'front_office_features';
        $this->version = '0.1.0';
        $this->author = 'Support Bridge';
        $this->need_instance = 0;
        $this->bootstrap = true;
        $this->ps_versions_compliancy = ['min' => '1.7.0.0', 'max' => '9.99.99'];

        parent::__construct();

        $this->displayName = $this->l('Support Bridge: coins on the account page');
        $this->description = $this->l('Shows customers their support coins, plan and next expiry on their account page.');
        $this->confirmUninstall = $this->l('Removing this module leaves its tables in the database: they belong to the support desk.');
    }

    public function install()
    {
        return $this->makeTables()
            && parent::install()
            && $this->registerHook('displayCustomerAccount')
            && $this->registerHook('actionFrontControllerSetMedia');
    }

    /**
     * Takes the module away. The tables stay: what is in them belongs to the desk.
     */
    public function uninstall()
    {
        Configuration::deleteByName(self::WEB_ROOT_TOLD);
        $this->log('removed; the tables ' . _DB_PREFIX_ . 'supportbridge_* were left in place', 1);

        return parent::uninstall();
    }

    /**
     * The module's page in the back office: whether its tables and keys are in place.
     */
    public function getContent()
    {
        $texts = [
            'tables_well' => $this->l('The tables are in place.'),
            'tables_problem' => $this->l('The tables cannot be used:'),
            'key_well' => $this->l('Key file of store'),
            'key_problem' => $this->l('A key file cannot be used:'),
            'key_none' => $this->l('There is no key file in the config folder yet: run bridge store pair on the machine of the desk and put the file it names there.'),
            'key_web_root' => $this->l('The config folder lies inside the web root: make sure that the web server hands out nothing from it.'),
        ];
        $findings = [];
        foreach (\SupportBridge\Inspection::findings($this->reader(), $this->keyFolder(), $this->webRoots()) as $finding) {
            $findings[] = ['well' => $finding['well'], 'text' => trim($texts[$finding['code']] . ' ' . $finding['detail'])];
        }
        $this->context->smarty->assign([
            'supportbridge_title' => $this->l('What the block needs'),
            'supportbridge_findings' => $findings,
            'supportbridge_uninstall' => $this->confirmUninstall,
        ]);

        return $this->display(__FILE__, 'views/templates/admin/configure.tpl');
    }

    public function hookActionFrontControllerSetMedia()
    {
        $controller = $this->context->controller;
        if (isset($controller->php_self) && $controller->php_self === 'my-account') {
            $controller->registerStylesheet('modules-supportbridge', 'modules/supportbridge/views/css/account.css');
        }
    }

    public function hookDisplayCustomerAccount()
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
     * The block as HTML, empty if nobody is logged in or the desk knows no account of the customer.
     */
    private function block(): string
    {
        if (!$this->context->customer->isLogged()) {
            return '';
        }
        $state = $this->reader()->read(
            (int) $this->context->shop->id,
            (int) $this->context->customer->id,
            (int) $_SERVER['REQUEST_TIME']
        );
        $this->warnOfWebRoot();
        if ($state === null) {
            return '';
        }
        $language = \SupportBridge\AccountBlock::language((string) $this->context->language->iso_code);
        $this->context->smarty->assign(
            ['supportbridge' => \SupportBridge\AccountBlock::of($state, $language) + $this->texts()]
        );

        return (string) $this->display(__FILE__, 'views/templates/hook/account.tpl');
    }

    /**
     * @return array<string, string>
     */
    private function texts(): array
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

    private function makeTables(): bool
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

    private function reader(): \SupportBridge\AccountReader
    {
        return new \SupportBridge\AccountReader(
            new SupportbridgeDatabase(Db::getInstance()),
            _DB_PREFIX_,
            $this->keyFolder()
        );
    }

    private function keyFolder(): string
    {
        return _PS_ROOT_DIR_ . '/config';
    }

    /**
     * @return string[]
     */
    private function webRoots(): array
    {
        return [(string) ($_SERVER['DOCUMENT_ROOT'] ?? ''), _PS_ROOT_DIR_];
    }

    /**
     * Once a shop, because the folder can't be moved and the log would say the same on every page.
     */
    private function warnOfWebRoot(): void
    {
        if (
            !\SupportBridge\KeyFile::isInside($this->keyFolder(), $this->webRoots())
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

    private function report(string $message): void
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
    private function log(string $message, int $severity): void
    {
        try {
            PrestaShopLogger::addLog('Support Bridge: ' . $message, $severity, null, 'Module', (int) $this->id, true);
        } catch (\Throwable $error) { // a log that cannot be written must not break the page either
            error_log('Support Bridge: ' . $message);
        }
    }
}
