<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * What differs between the versions of the shop; nothing else in this module asks for a version.
 *
 * It believes what was seen on running shops: 1.6 (and thirty bees) lays out the account page as a list and takes a style
 * sheet by its address; later versions lay out blocks and take it by name and place. Hummingbird, the theme of 9, repeats
 * the account page's links beside every page of the account, the account page among them: there the style sheet hides
 * the block.
 */
final class SupportbridgeShop
{
    private const STYLE_SHEET = 'modules/supportbridge/views/css/account.css';
    private const SCRIPT = 'modules/supportbridge/views/js/supportbridge.js';

    /**
     * Whether what `displayCustomerAccount` shows must be an item of a list.
     */
    public static function listsAccountLinks(): bool
    {
        return version_compare(_PS_VERSION_, '1.7', '<');
    }

    /**
     * @param object|null $controller
     */
    public static function isAccountPage($controller): bool
    {
        return isset($controller->php_self) && $controller->php_self === 'my-account';
    }

    /**
     * @param object $controller
     */
    public static function addStyleSheet($controller): void
    {
        if (method_exists($controller, 'registerStylesheet')) {
            $controller->registerStylesheet('modules-supportbridge', self::STYLE_SHEET);
        } else {
            $controller->addCSS(__PS_BASE_URI__ . self::STYLE_SHEET);
        }
    }

    /**
     * @param object $controller
     */
    public static function addScript($controller): void
    {
        if (method_exists($controller, 'registerJavascript')) {
            $controller->registerJavascript('modules-supportbridge', self::SCRIPT, ['position' => 'bottom']);
        } else {
            $controller->addJS(__PS_BASE_URI__ . self::SCRIPT);
        }
    }

    /**
     * Shops join style sheets into one file, and scripts into another, and tell a changed one only by its name: those
     * files must be made anew.
     */
    public static function forgetJoinedStyleSheets(): void
    {
        try {
            Media::clearCache();
        } catch (\Throwable $error) { // a page that looks plain for a while is no reason to stop an installation
            return;
        }
    }

    /**
     * The place beside an order in the back office: the two lay it out in different ways.
     */
    public static function orderPanelHook(): string
    {
        return version_compare(_PS_VERSION_, '1.7.7', '<') ? 'displayAdminOrderRight' : 'displayAdminOrderSide';
    }

    /**
     * The address of the module's page in the back office, not escaped.
     *
     * @param object $context
     */
    public static function statusAddress($context): string
    {
        if (self::listsAccountLinks()) {
            return $context->link->getAdminLink('AdminModules') . '&configure=supportbridge';
        }

        return $context->link->getAdminLink('AdminModules', true, [], ['configure' => 'supportbridge']);
    }

    /**
     * The template of the customer's own page: a theme of 1.6 has no page to put a part into.
     */
    public static function pageTemplate(): string
    {
        return self::listsAccountLinks()
            ? 'support-1.6.tpl'
            : 'module:supportbridge/views/templates/front/support.tpl';
    }

    /**
     * The address of the customer's own page, not escaped.
     *
     * @param object $context
     * @param array<string, string|int> $parameters
     */
    public static function pageAddress($context, array $parameters): string
    {
        return $context->link->getModuleLink('supportbridge', 'support', $parameters, true);
    }

    /**
     * What a login is given so that it leads on to our page, or at least to the account page: 1.6 only knows addresses of
     * shops on a usual port, takes another for the name of a page of its own, and there is none.
     *
     * @param object $context
     * @param array<string, string|int> $parameters
     */
    public static function pageAfterLogin($context, array $parameters): string
    {
        $address = self::pageAddress($context, $parameters);
        if (self::listsAccountLinks() && Tools::secureReferrer($address) !== $address) {
            return 'my-account';
        }

        return rawurlencode($address);
    }

    /**
     * The shop that an order belongs to, by what its hook was given; the current shop where that does not say it.
     *
     * Some versions give `actionOrderStatusPostUpdate` no order; they save the order in the same breath, and that says it.
     *
     * @param mixed $params
     */
    public static function ofOrder($params): int
    {
        foreach (['order', 'object'] as $name) {
            if (isset($params[$name]->id_shop)) {
                return (int) $params[$name]->id_shop;
            }
        }

        return (int) Context::getContext()->shop->id;
    }

    /**
     * The shops that the one who looks at the back office has before him; null for all there are.
     *
     * The shop chosen at the head of the page decides. A group, or all shops, can have some in it that an employee may not
     * see: those are left out.
     *
     * @param object $context
     *
     * @return int[]|null
     */
    public static function shopsOfStaff($context): ?array
    {
        $employee = $context->employee ?? null;
        if ($employee !== null && $employee->isSuperAdmin() && Shop::getContext() === Shop::CONTEXT_ALL) {
            return null; // also those that are closed
        }
        $shops = array_map('intval', array_values(Shop::getContextListShopID()));

        return array_values(array_filter($shops, static function (int $shopId) use ($employee): bool {
            return $employee !== null && (bool) $employee->hasAuthOnShop($shopId);
        }));
    }
}
