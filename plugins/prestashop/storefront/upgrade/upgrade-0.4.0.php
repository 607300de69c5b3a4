<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * Takes the places beside orders and customers in the back office, and makes the table of requests.
 *
 * @param Supportbridge $module
 */
function upgrade_module_0_4_0($module)
{
    return $module->bringUpToDate();
}
