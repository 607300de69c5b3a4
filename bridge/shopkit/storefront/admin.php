<?php

/*
 * Loads the classes of the panels and the status page in the shop's administration.
 */

namespace SupportBridge;

require_once __DIR__ . '/all.php';
foreach ([
    'AdminWords', 'PanelLists', 'AdminPanel', 'StatusPage',
] as $class) {
    require_once __DIR__ . '/' . $class . '.php';
}
