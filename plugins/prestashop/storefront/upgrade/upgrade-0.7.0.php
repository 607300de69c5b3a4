<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * Makes the tables of agreements and bills.
 *
 * @param Supportbridge $module
 */
function upgrade_module_0_7_0($module)
{
    return $module->bringUpToDate();
}
