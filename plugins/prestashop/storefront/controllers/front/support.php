<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * The customer's own page: offers, tickets, rights and the statement of coins.
 *
 * The shop itself asks for the login. An old PHP can read this file, but not the classes it loads: then the customer is
 * sent to his account page.
 */
class SupportbridgeSupportModuleFrontController extends ModuleFrontController
{
    const ASKED = ['view', 'sent', 'price', 'ticket', 'page', 'kind', 'package', 'before', 'show',
        'message', 'file'];

    /** @var bool */
    public $auth = true;

    /** @var bool */
    public $ssl = true;

    /** @var bool for the themes of 1.6, which have columns */
    public $display_column_left = false;

    /** @var bool */
    public $display_column_right = false;

    /** @var \SupportBridge\PageReply|null */
    private $reply = null;

    /**
     * A visitor who has to log in comes back to what he asked for.
     */
    public function init()
    {
        $asked = array_filter(array_intersect_key($_GET, array_flip(self::ASKED)), 'is_string');
        $this->authRedirection = SupportbridgeShop::pageAfterLogin($this->context, $asked);

        parent::init();
    }

    /**
     * Runs before anything is shown, so that a form leads on and a file is sent without the shop's head and foot.
     */
    public function postProcess()
    {
        $this->reply = $this->module->pageReply();
        if ($this->reply === null) {
            Tools::redirect('index.php?controller=my-account');

            return;
        }
        if ($this->reply->address !== '') {
            Tools::redirect($this->reply->address);

            return;
        }
        foreach ($this->reply->headers() as $header) {
            header($header);
        }
        if ($this->reply->isBare) {
            echo $this->reply->content;
            exit;
        }
    }

    public function setMedia()
    {
        $done = parent::setMedia();
        SupportbridgeShop::addStyleSheet($this);
        SupportbridgeShop::addScript($this);

        return $done;
    }

    public function initContent()
    {
        parent::initContent();
        $this->context->smarty->assign([
            'supportbridge_title' => $this->reply->title,
            'supportbridge_content' => $this->reply->content,
            'supportbridge_account' => $this->context->link->getPageLink('my-account', true),
            'supportbridge_account_text' => $this->module->accountText(),
        ]);
        if (SupportbridgeShop::listsAccountLinks()) {
            $this->context->smarty->assign('meta_title', $this->reply->title);
        }
        $this->setTemplate(SupportbridgeShop::pageTemplate());
    }

    public function getTemplateVarPage()
    {
        $page = parent::getTemplateVarPage();
        $page['meta']['title'] = $this->reply->title;

        return $page;
    }

    protected function getBreadcrumbLinks()
    {
        $breadcrumb = parent::getBreadcrumbLinks();
        $breadcrumb['links'][] = $this->addMyAccountToBreadcrumb();
        $breadcrumb['links'][] = [
            'title' => $this->reply->title,
            'url' => SupportbridgeShop::pageAddress($this->context, []),
        ];

        return $breadcrumb;
    }
}
