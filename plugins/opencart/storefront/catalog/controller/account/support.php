<?php

namespace Opencart\Catalog\Controller\Extension\Supportbridge\Account;

use Opencart\System\Library\Extension\Supportbridge\ShopDatabase;
use Opencart\System\Library\Extension\Supportbridge\SupportShop;

/**
 * The customer's own page: offers, tickets, rights and the statement of coins.
 *
 * It asks only for the login and not for the token in the address that other pages of the account have: looking changes
 * nothing, and each of its forms carries a token of its own.
 */
class Support extends \Opencart\System\Engine\Controller
{
    private const ROUTE = 'extension/supportbridge/account/support';
    private const ASKED = ['view', 'sent', 'price', 'ticket', 'page', 'kind', 'package', 'before', 'show',
        'message', 'file'];

    public function index(): void
    {
        $language = 'language=' . $this->config->get('config_language');
        if (!$this->customer->isLogged()) {
            $this->session->data['redirect'] = $this->address($this->asked());
            $this->response->redirect($this->url->link('account/login', $language, true));

            return;
        }
        $classes = DIR_EXTENSION . 'supportbridge/system/library/shared/page.php';
        if (!$this->isSwitchedOn() || !is_file($classes)) { // asked first, because a missing file would end the page
            $this->response->redirect($this->url->link('account/account', $language . $this->token(), true));

            return;
        }
        require_once $classes;
        $this->answer($this->reply());
    }

    private function reply(): \SupportBridge\PageReply
    {
        $facts = [
            'shop' => (int) $this->config->get('config_store_id'),
            'customer' => (int) $this->customer->getId(),
            'session' => (string) $this->session->getId(),
            'language' => (string) $this->config->get('config_language'),
        ];
        $address = function (array $parameters): string {
            return $this->address($parameters);
        };
        $log = function (string $message): void {
            $this->log->write($message);
        };
        $shop = new SupportShop(new ShopDatabase($this->db), $facts, $address, $log);
        $page = new \SupportBridge\SupportPage($shop, $_GET, (int) $this->request->server['REQUEST_TIME']);

        // As it was typed: the shop's own copy of it has its special characters replaced.
        $post = $this->request->server['REQUEST_METHOD'] === 'POST' ? $_POST : null;

        return $page->reply($post, $_FILES, $_SERVER);
    }

    private function answer(\SupportBridge\PageReply $reply): void
    {
        if ($reply->address !== '') {
            $this->response->redirect($reply->address, 303);

            return;
        }
        foreach ($reply->headers() as $header) {
            $this->response->addHeader($header);
        }
        $this->response->setOutput($reply->isBare ? $reply->content : $this->page($reply));
    }

    private function page(\SupportBridge\PageReply $reply): string
    {
        $this->load->language('account/account');
        $this->document->setTitle($reply->title);
        $this->document->addStyle('extension/supportbridge/catalog/view/stylesheet/account.css');
        $this->document->addScript('extension/supportbridge/catalog/view/javascript/supportbridge.js');
        $language = 'language=' . $this->config->get('config_language');

        return $this->load->view('extension/supportbridge/support', [
            'title' => $reply->title,
            'content' => $reply->content,
            'breadcrumbs' => [
                ['text' => $this->language->get('text_home'), 'href' => $this->url->link('common/home', $language, true)],
                [
                    'text' => $this->language->get('text_account'),
                    'href' => $this->url->link('account/account', $language . $this->token(), true),
                ],
            ],
            'here' => $this->address([]),
            'column_left' => $this->load->controller('common/column_left'),
            'column_right' => $this->load->controller('common/column_right'),
            'content_top' => $this->load->controller('common/content_top'),
            'content_bottom' => $this->load->controller('common/content_bottom'),
            'footer' => $this->load->controller('common/footer'),
            'header' => $this->load->controller('common/header'),
        ]);
    }

    /**
     * @param array<string, string|int> $parameters
     */
    private function address(array $parameters): string
    {
        return $this->url->link(
            self::ROUTE,
            http_build_query(['language' => $this->config->get('config_language')] + $parameters),
            true
        );
    }

    /**
     * Other pages of the account end the login where it is missing.
     */
    private function token(): string
    {
        return '&customer_token=' . ($this->session->data['customer_token'] ?? '');
    }

    /**
     * What of the address is ours, so that a visitor who has to log in comes back to it.
     *
     * @return array<string, string>
     */
    private function asked(): array
    {
        return array_filter(array_intersect_key($_GET, array_flip(self::ASKED)), 'is_string');
    }

    private function isSwitchedOn(): bool
    {
        return !$this->config->has('module_supportbridge_status')
            || (bool) $this->config->get('module_supportbridge_status');
    }
}
