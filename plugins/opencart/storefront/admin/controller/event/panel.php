<?php

namespace Opencart\Admin\Controller\Extension\Supportbridge\Event;

use Opencart\System\Library\Extension\Supportbridge\BackOffice;
use Opencart\System\Library\Extension\Supportbridge\ShopDatabase;

/**
 * Puts a customer's coins, offers and tickets beside his orders and his own page in the administration, to read only.
 *
 * Runs after the page has been made, so that whatever goes wrong here leaves the page as it was; the reason is then in
 * the shop's error log.
 */
class Panel extends \Opencart\System\Engine\Controller
{
    /**
     * Event admin/view/sale/order_info/after.
     *
     * The defaults let the address of this method be opened directly: it then does nothing.
     *
     * @param array<string, mixed> $data
     */
    public function order(string &$route = '', array &$data = [], string &$output = ''): void
    {
        $this->add('besideOrder', $data, $output);
    }

    /**
     * Event admin/view/customer/customer_form/after.
     *
     * @param array<string, mixed> $data
     */
    public function customer(string &$route = '', array &$data = [], string &$output = ''): void
    {
        $this->add('besideCustomer', $data, $output);
    }

    /**
     * @param array<string, mixed> $data
     */
    private function add(string $which, array $data, string &$output): void
    {
        if ($output === '') {
            return;
        }
        try {
            $panels = $this->backOffice()->$which($data, (int) $this->request->server['REQUEST_TIME']);
            if ($panels !== []) {
                $output = BackOffice::withPanels($this->load->view('extension/supportbridge/panel', [
                    'panels' => $panels,
                    'status' => $this->url->link(
                        'extension/supportbridge/module/supportbridge',
                        'user_token=' . $this->session->data['user_token']
                    ),
                ]), $output);
            }
        } catch (\Throwable $error) { // the page is worth more than the panel, whatever it was
            $where = basename($error->getFile()) . ':' . $error->getLine();
            $this->report('the panel is not shown: ' . get_class($error) . ' in ' . $where);
        }
    }

    private function backOffice(): BackOffice
    {
        $shared = DIR_EXTENSION . 'supportbridge/system/library/shared/admin.php';
        if (!is_file($shared)) { // asked first, because a missing file would end the page
            throw new \RuntimeException('shared classes are missing');
        }
        require_once $shared;

        return new BackOffice(
            new ShopDatabase($this->db),
            (string) $this->config->get('config_language_admin'),
            function (string $code, string $name): string {
                if ($this->language->get('supportbridge_' . $name) === 'supportbridge_' . $name) {
                    $this->load->language('extension/supportbridge/back_office', 'supportbridge', $code);
                }

                return $this->language->get('supportbridge_' . $name);
            },
            function (string $message): void {
                $this->report($message);
            }
        );
    }

    private function report(string $message): void
    {
        try {
            $this->log->write('Support Bridge: ' . $message);
        } catch (\Throwable $error) { // a log that cannot be written is no reason to lose the page
            return;
        }
    }
}
