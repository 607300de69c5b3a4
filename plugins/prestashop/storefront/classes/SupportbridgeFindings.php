<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * What the block needs and whether it has it, in the employee's language.
 */
final class SupportbridgeFindings
{
    private const SOURCE = 'supportbridgefindings';

    /**
     * @param string[] $webRoots
     *
     * @return array<int, array{well: bool, text: string}>
     */
    public static function of(Supportbridge $module, \SupportBridge\Database $database, array $webRoots): array
    {
        $folder = Supportbridge::keyFolder();
        $reader = new \SupportBridge\AccountReader($database, _DB_PREFIX_, $folder);
        $found = \SupportBridge\Inspection::findings($reader, $folder, $webRoots);
        // All hooks are taken together.
        $found[] = $module->isRegisteredInHook('actionObjectOrderUpdateAfter')
            ? \SupportBridge\Inspection::hints($database, _DB_PREFIX_)
            : self::finding('hook_missing', false);
        $found[] = \SupportBridge\Inspection::desk($database, _DB_PREFIX_);
        $seen = $module->isRegisteredInHook('displayAdminCustomers');
        $found[] = self::finding($seen ? 'panel_well' : 'panel_missing', $seen);
        $texts = self::texts($module);

        return array_map(static function (array $finding) use ($texts): array {
            return [
                'well' => $finding['well'],
                'text' => trim($texts[$finding['code']] . ' ' . $finding['detail']),
            ];
        }, $found);
    }

    /**
     * @return array{code: string, well: bool, detail: string}
     */
    private static function finding(string $code, bool $well): array
    {
        return ['code' => $code, 'well' => $well, 'detail' => ''];
    }

    /**
     * @return array<string, string>
     */
    private static function texts(Supportbridge $module): array
    {
        return [
            'tables_well' => $module->l('The tables are in place.', self::SOURCE),
            'tables_problem' => $module->l('The tables cannot be used:', self::SOURCE),
            'key_well' => $module->l('Key file of store', self::SOURCE),
            'key_problem' => $module->l('A key file cannot be used:', self::SOURCE),
            'key_none' => $module->l('There is no key file in the config folder yet: run bridge store pair on the machine of the desk and put the file it names there.', self::SOURCE),
            'key_web_root' => $module->l('The config folder lies inside the web root: make sure that the web server hands out nothing from it.', self::SOURCE),
            'hint_well' => $module->l('A changed order is told to the desk at once.', self::SOURCE),
            'hint_missing' => $module->l('The desk is not told of changed orders and looks at its own pace: run bridge store prepare on the machine of the desk to make the table of hints.', self::SOURCE),
            'desk_well' => $module->l('Customers can see offers, decide on them and write tickets.', self::SOURCE),
            'desk_missing' => $module->l('Customers see their coins, but no offers, and cannot write tickets: run bridge store prepare on the machine of the desk to make the tables.', self::SOURCE),
            'panel_well' => $module->l('Staff see the coins of a customer beside his orders and his page.', self::SOURCE),
            'panel_missing' => $module->l('Staff do not see the coins beside orders and customers: reset this module once.', self::SOURCE),
            'hook_missing' => $module->l('The desk is not told of changed orders and looks at its own pace: reset this module once.', self::SOURCE),
        ];
    }
}
