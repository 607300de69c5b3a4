<?php

namespace Opencart\Admin\Controller\Extension\Supportbridge\Module;

require_once DIR_EXTENSION . 'supportbridge/system/library/shared/admin.php';
require_once DIR_EXTENSION . 'supportbridge/system/library/shop_database.php';
require_once DIR_EXTENSION . 'supportbridge/system/library/back_office.php';

/**
 * The module's page in the administration with the state of the bridge, and what happens when the module is installed
 * or removed.
 */
class Supportbridge extends \Opencart\System\Engine\Controller
{
    private const ROUTE = 'extension/supportbridge/module/supportbridge';
    private const PANEL = 'supportbridge_panel';
    private const EVENTS = [
        [
            'code' => 'supportbridge_account',
            'description' => 'Support Bridge: the customer\'s coins on the account page',
            'trigger' => 'catalog/view/account/account/after',
            'action' => 'extension/supportbridge/event/account.after',
        ],
        // "?" stands for one character: before the method, 4.1 writes a dot and 4.0 a slash.
        [
            'code' => 'supportbridge_order',
            'description' => 'Support Bridge: a changed order wakes the support desk',
            'trigger' => 'catalog/model/checkout/order?addHistory/after',
            'action' => 'extension/supportbridge/event/order.changed',
        ],
        [
            'code' => 'supportbridge_order',
            'description' => 'Support Bridge: a deleted order wakes the support desk',
            'trigger' => 'catalog/model/checkout/order?deleteOrder/after',
            'action' => 'extension/supportbridge/event/order.changed',
        ],
        [
            'code' => self::PANEL,
            'description' => 'Support Bridge: the customer\'s coins beside an order in the administration',
            'trigger' => 'admin/view/sale/order_info/after',
            'action' => 'extension/supportbridge/event/panel.order',
        ],
        [
            'code' => self::PANEL,
            'description' => 'Support Bridge: the customer\'s coins beside his page in the administration',
            'trigger' => 'admin/view/customer/customer_form/after',
            'action' => 'extension/supportbridge/event/panel.customer',
        ],
    ];

    public function index(): void
    {
        $this->load->language(self::ROUTE);
        $this->document->setTitle($this->language->get('heading_title'));

        $token = 'user_token=' . $this->session->data['user_token'];
        $back = $this->url->link('marketplace/extension', $token . '&type=module');
        $data = [
            'breadcrumbs' => [
                ['text' => $this->language->get('text_home'), 'href' => $this->url->link('common/dashboard', $token)],
                ['text' => $this->language->get('text_extension'), 'href' => $back],
                ['text' => $this->language->get('heading_title'), 'href' => $this->url->link(self::ROUTE, $token)],
            ],
            'save' => $this->url->link(self::ROUTE . '.save', $token),
            'back' => $back,
            'status' => $this->config->get('module_supportbridge_status'),
            'findings' => $this->findings(),
            'groups' => $this->groups(),
            'header' => $this->load->controller('common/header'),
            'column_left' => $this->load->controller('common/column_left'),
            'footer' => $this->load->controller('common/footer'),
        ];
        $this->response->setOutput($this->load->view(self::ROUTE, $data));
    }

    public function save(): void
    {
        $this->load->language(self::ROUTE);

        if ($this->user->hasPermission('modify', self::ROUTE)) {
            $this->load->model('setting/setting');
            $status = !empty($this->request->post['module_supportbridge_status']);
            $this->model_setting_setting->editSetting('module_supportbridge', [
                'module_supportbridge_status' => $status ? '1' : '0',
            ]);
            $this->prepare();
            $answer = ['success' => $this->language->get('text_success')];
        } else {
            $answer = ['error' => $this->language->get('error_permission')];
        }
        $this->response->addHeader('Content-Type: application/json');
        $this->response->setOutput((string) json_encode($answer));
    }

    /**
     * Makes the tables, registers the events and switches the block on; called by Extensions > Modules.
     */
    public function install(): void
    {
        if (!$this->user->hasPermission('modify', 'extension/module')) {
            return;
        }
        $this->load->model('setting/setting');
        $this->model_setting_setting->editSetting('module_supportbridge', ['module_supportbridge_status' => '1']);
        $this->prepare();
    }

    /**
     * Takes the events and the setting away. The tables stay: what is in them belongs to the desk.
     */
    public function uninstall(): void
    {
        if (!$this->user->hasPermission('modify', 'extension/module')) {
            return;
        }
        $this->removeEvents();
        $this->load->model('setting/setting');
        $this->model_setting_setting->deleteSetting('module_supportbridge');
        \SupportBridge\Extension::forget($this->database(), DB_PREFIX, DIR_STORAGE);
        $this->log->write('Support Bridge: removed; the tables ' . DB_PREFIX . 'supportbridge_* were left in place');
    }

    /**
     * Makes what a version of this extension may have more than the one before it; again and again does no harm.
     *
     * Tables that the shop's user may not make are no reason to stop: the desk can make them.
     */
    private function prepare(): void
    {
        $this->removeEvents();
        foreach (self::EVENTS as $event) {
            $this->model_setting_event->addEvent($event + ['status' => true, 'sort_order' => 0]);
        }
        try {
            $this->makeTables();
            \SupportBridge\Extension::tell($this->database(), DB_PREFIX, DIR_STORAGE);
        } catch (\RuntimeException $error) {
            $this->log->write('Support Bridge: the tables could not be made; run "bridge store prepare" instead');
        }
    }

    private function removeEvents(): void
    {
        $this->load->model('setting/event');
        foreach (array_unique(array_column(self::EVENTS, 'code')) as $code) {
            $this->model_setting_event->deleteEventByCode($code);
        }
    }

    private function makeTables(): void
    {
        $database = $this->database();
        foreach (\SupportBridge\SchemaFile::statements(self::schemaFile(), DB_PREFIX) as $statement) {
            $database->write($statement);
        }
    }

    /**
     * @return array<int, array{well: bool, text: string}>
     */
    private function findings(): array
    {
        $database = $this->database();
        $reader = new \SupportBridge\AccountReader($database, DB_PREFIX, DIR_STORAGE);
        $roots = [(string) ($this->request->server['DOCUMENT_ROOT'] ?? ''), DIR_OPENCART];
        $findings = \SupportBridge\Inspection::findings($reader, DIR_STORAGE, $roots);
        $findings[] = \SupportBridge\Inspection::hints($database, DB_PREFIX);
        $findings[] = \SupportBridge\Inspection::desk($database, DB_PREFIX);
        $findings[] = $this->backOffice()->panels(self::PANEL);
        $shown = [];
        foreach ($findings as $finding) {
            $text = $this->language->get('text_' . $finding['code']);
            $shown[] = ['well' => $finding['well'], 'text' => trim($text . ' ' . $finding['detail'])];
        }

        return $shown;
    }

    /**
     * The state of the bridge; empty where even that cannot be told, which the log says.
     *
     * @return array<int, array{heading: string, findings: array<int, array{well: bool, text: string}>}>
     */
    private function groups(): array
    {
        try {
            // The key may have come after the installation, and a newer extension without one.
            \SupportBridge\Extension::tell($this->database(), DB_PREFIX, DIR_STORAGE);

            return $this->backOffice()->status(self::schemaFile(), (int) $this->request->server['REQUEST_TIME']);
        } catch (\Throwable $error) { // the page is worth more than this part of it
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->log->write('Support Bridge: the state is not shown: ' . get_class($error) . ' in ' . $where);

            return [];
        }
    }

    private function backOffice(): \Opencart\System\Library\Extension\Supportbridge\BackOffice
    {
        return new \Opencart\System\Library\Extension\Supportbridge\BackOffice(
            $this->database(),
            (string) $this->config->get('config_language_admin'),
            function (string $code, string $name): string {
                if ($this->language->get('supportbridge_' . $name) === 'supportbridge_' . $name) {
                    $this->load->language('extension/supportbridge/back_office', 'supportbridge', $code);
                }

                return $this->language->get('supportbridge_' . $name);
            },
            function (string $message): void {
                $this->log->write('Support Bridge: ' . $message);
            }
        );
    }

    private function database(): \Opencart\System\Library\Extension\Supportbridge\ShopDatabase
    {
        return new \Opencart\System\Library\Extension\Supportbridge\ShopDatabase($this->db);
    }

    private static function schemaFile(): string
    {
        return DIR_EXTENSION . 'supportbridge/system/shop_tables.sql';
    }
}
