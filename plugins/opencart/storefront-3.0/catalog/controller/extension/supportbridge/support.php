<?php

use Opencart\System\Library\Extension\Supportbridge\ShopDatabase;
use Opencart\System\Library\Extension\Supportbridge\SupportShop;

/**
 * The customer's own page in OpenCart 3: offers, tickets, rights and the statement of coins.
 *
 * An old PHP can read this file, but not the classes it loads: then the customer is sent to his account page.
 */
class ControllerExtensionSupportbridgeSupport extends Controller
{
    const ROUTE = 'extension/supportbridge/support';
    const OLDEST_PHP = 70400;

    private static $asked = array('view', 'sent', 'price', 'ticket', 'page', 'kind', 'package', 'before',
        'show', 'message', 'file');

    public function index()
    {
        if (!$this->customer->isLogged()) {
            $asked = array_intersect_key($_GET, array_flip(self::$asked));
            $this->session->data['redirect'] = $this->address(array_filter($asked, 'is_string'));
            $this->response->redirect($this->url->link('account/login', '', true));

            return;
        }
        if (PHP_VERSION_ID < self::OLDEST_PHP || !$this->isSwitchedOn() || !$this->loadClasses()) {
            $this->response->redirect($this->url->link('account/account', '', true));

            return;
        }
        $this->answer($this->reply());
    }

    private function reply()
    {
        $facts = array(
            'shop' => (int) $this->config->get('config_store_id'),
            'customer' => (int) $this->customer->getId(),
            'session' => (string) $this->session->getId(),
            'language' => isset($this->session->data['language'])
                ? (string) $this->session->data['language']
                : (string) $this->config->get('config_language'),
        );
        $address = function (array $parameters) {
            return $this->address($parameters);
        };
        $log = function ($message) {
            $this->log->write($message);
        };
        $shop = new SupportShop(new ShopDatabase($this->db), $facts, $address, $log);
        $page = new \SupportBridge\SupportPage($shop, $_GET, (int) $this->request->server['REQUEST_TIME']);

        // As it was typed: the shop's own copy of it has its special characters replaced.
        $post = $this->request->server['REQUEST_METHOD'] === 'POST' ? $_POST : null;

        return $page->reply($post, $_FILES, $_SERVER);
    }

    /**
     * @param \SupportBridge\PageReply $reply
     */
    private function answer($reply)
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

    /**
     * @param \SupportBridge\PageReply $reply
     *
     * @return string
     */
    private function page($reply)
    {
        $this->load->language('account/account');
        $this->document->setTitle($reply->title);
        $this->document->addStyle('catalog/view/theme/default/stylesheet/supportbridge.css');
        $this->document->addScript('catalog/view/theme/default/javascript/supportbridge.js');

        return $this->load->view('extension/supportbridge/support', array(
            'title' => $reply->title,
            'content' => $reply->content,
            'breadcrumbs' => array(
                array('text' => $this->language->get('text_home'), 'href' => $this->plain('common/home')),
                array('text' => $this->language->get('text_account'), 'href' => $this->plain('account/account')),
            ),
            'here' => $this->plain(self::ROUTE),
            'column_left' => $this->load->controller('common/column_left'),
            'column_right' => $this->load->controller('common/column_right'),
            'content_top' => $this->load->controller('common/content_top'),
            'content_bottom' => $this->load->controller('common/content_bottom'),
            'footer' => $this->load->controller('common/footer'),
            'header' => $this->load->controller('common/header'),
        ));
    }

    /**
     * @param array<string, string|int> $parameters
     *
     * @return string
     */
    private function address($parameters)
    {
        return $this->url->link(self::ROUTE, http_build_query($parameters), true);
    }

    /**
     * The address of a route, not escaped.
     *
     * @param string $route
     *
     * @return string
     */
    private function plain($route)
    {
        return str_replace('&amp;', '&', $this->url->link($route, '', true));
    }

    private function isSwitchedOn()
    {
        return !$this->config->has('module_supportbridge_status')
            || (bool) $this->config->get('module_supportbridge_status');
    }

    /**
     * Whether all files of the extension are there; asked first, because a missing one would end the page.
     *
     * @return bool
     */
    private function loadClasses()
    {
        foreach (array('shared/page.php', 'shop_database.php', 'support_shop.php') as $name) {
            $file = DIR_SYSTEM . 'library/supportbridge/' . $name;
            if (!is_file($file)) {
                return false;
            }
            require_once $file;
        }

        return true;
    }
}
