<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * Makes the table of hints and takes the hooks of changed orders.
 *
 * @param Supportbridge $module
 */
function upgrade_module_0_2_0($module)
{
    return $module->bringUpToDate();
}
