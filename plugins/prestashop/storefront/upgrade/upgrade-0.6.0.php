<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * Makes the table of licences.
 *
 * @param Supportbridge $module
 */
function upgrade_module_0_6_0($module)
{
    return $module->bringUpToDate();
}
