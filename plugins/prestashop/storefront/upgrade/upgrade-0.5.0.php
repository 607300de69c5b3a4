<?php

if (!defined('_PS_VERSION_')) {
    exit;
}

/**
 * Makes the tables of tickets, their messages and their files.
 *
 * @param Supportbridge $module
 */
function upgrade_module_0_5_0($module)
{
    return $module->bringUpToDate();
}
