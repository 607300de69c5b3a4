<?php

namespace Opencart\Catalog\Controller\Extension\Supportbridge\Event;

use Opencart\System\Library\Extension\Supportbridge\AccountPage;
use Opencart\System\Library\Extension\Supportbridge\ShopDatabase;

/**
 * Puts the customer's coins on the account page.
 *
 * Runs after the page has been made, so that whatever goes wrong here leaves the page as it was; the reason is then in
 * the shop's error log, once a request.
 */
class Account extends \Opencart\System\Engine\Controller
{
    private const CODES = ['en' => 'en-gb', 'ru' => 'ru-ru', 'fa' => 'fa-ir'];
    private const TEXTS = ['heading_title', 'text_available', 'text_held', 'text_plan', 'text_no_plan', 'text_next_expiry',
        'text_no_expiry', 'text_frozen'];

    private static bool $reported = false;

    /**
     * Event catalog/view/account/account/after.
     *
     * The defaults let the address of this method be opened directly: it then does nothing.
     *
     * @param array<string, mixed> $data
     */
    public function after(string &$route = '', array &$data = [], string &$output = ''): void
    {
        if ($output === '' || !$this->customer->isLogged() || !$this->isSwitchedOn()) {
            return;
        }
        try {
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

    private function isSwitchedOn(): bool
    {
        return !$this->config->has('module_supportbridge_status')
            || (bool) $this->config->get('module_supportbridge_status');
    }

    /**
     * The block as HTML; empty for a customer without an account in a shop that has nothing else for him either.
     */
    private function block(): string
    {
        $shared = DIR_EXTENSION . 'supportbridge/system/library/shared/all.php';
        if (!is_file($shared)) { // asked first, because a missing file would end the page
            throw new \RuntimeException('shared classes are missing');
        }
        require_once $shared;
        $language = \SupportBridge\AccountBlock::language((string) $this->config->get('config_language'));
        $values = \SupportBridge\AccountBlock::read(
            new \SupportBridge\Tables(new ShopDatabase($this->db), DB_PREFIX),
            \SupportBridge\KeyFile::forShop(DIR_STORAGE, (int) $this->config->get('config_store_id')),
            (int) $this->customer->getId(),
            (int) $this->request->server['REQUEST_TIME'],
            $language,
            function (string $message): void {
                $this->report($message);
            }
        );
        $this->warnOfWebRoot();
        if ($values === null) {
            return '';
        }
        $values += $this->texts(self::CODES[$language]);
        $values['style_sheet'] = 'extension/supportbridge/catalog/view/stylesheet/account.css';
        $values['page'] = $this->page('');
        $values['tickets'] = $this->page('&view=tickets');

        return $this->load->view('extension/supportbridge/account', $values);
    }

    private function page(string $view): string
    {
        $language = 'language=' . $this->config->get('config_language');

        return $this->url->link('extension/supportbridge/account/support', $language . $view, true);
    }

    /**
     * @return array<string, string>
     */
    private function texts(string $code): array
    {
        $this->load->language('extension/supportbridge/account', 'supportbridge', $code);
        $texts = [];
        foreach (self::TEXTS as $name) {
            $texts[$name] = $this->language->get('supportbridge_' . $name);
        }

        return $texts;
    }

    /**
     * Once in the cache's life time, because it says the same on every page.
     */
    private function warnOfWebRoot(): void
    {
        $roots = [(string) ($this->request->server['DOCUMENT_ROOT'] ?? ''), DIR_OPENCART];
        if (!\SupportBridge\KeyFile::isInside(DIR_STORAGE, $roots) || $this->cache->get('supportbridge.web_root')) {
            return;
        }
        $this->cache->set('supportbridge.web_root', true);
        $this->log->write('Support Bridge: the key file lies inside the web root; move the storage folder out of it');
    }

    private function report(string $message): void
    {
        if (self::$reported) {
            return;
        }
        self::$reported = true;
        $this->log->write('Support Bridge: ' . $message);
    }
}
