<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * Makes the tables of quotes, prices, tickets and answers.
 *
 * @param Supportbridge $module
 */
function upgrade_module_0_3_0($module)
{
    return $module->bringUpToDate();
}
