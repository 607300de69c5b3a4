<?php

$_['heading_title'] = 'Support Bridge: coins on the account page';
$_['text_extension'] = 'Extensions';
$_['text_success'] = 'The setting has been saved.';
$_['text_edit'] = 'Account block';
$_['text_state'] = 'What it needs';
$_['text_tables_well'] = 'The tables are in place.';
$_['text_tables_problem'] = 'The tables cannot be used:';
$_['text_key_well'] = 'Key file of store';
$_['text_key_problem'] = 'A key file cannot be used:';
$_['text_key_none'] = 'There is no key file in the storage folder yet: run "bridge store pair" on the desk\'s machine and put the file it names there.';
$_['text_key_web_root'] = 'The storage folder lies inside the web root. Move it out, as the security notice on the dashboard offers.';
$_['text_hint_well'] = 'A changed order is told to the desk at once.';
$_['text_hint_missing'] = 'The desk is not told of changed orders and looks at its own pace: the table supportbridge_hint is missing. Save this page once to make it, or run "bridge store prepare" on the desk\'s machine.';
$_['text_desk_well'] = 'Customers can see offers, decide on them and write tickets.';
$_['text_desk_missing'] = 'Customers see their coins, but no offers, and cannot write tickets: the tables supportbridge_quote, _price, _inbox and _answer are missing. Save this page once to make them, or run "bridge store prepare" on the desk\'s machine.';
$_['text_panel_well'] = 'Staff see a customer\'s coins beside his orders and his page.';
$_['text_panel_missing'] = 'Staff do not see the coins beside orders and customers: save this page once.';
$_['text_php_old'] = 'The block is not shown and the desk is not told of orders: this extension needs PHP 7.4 or newer, this is';
$_['text_uninstall'] = 'Removing this module leaves the tables named supportbridge_* in the database: what is in them belongs to the support desk.';
$_['entry_status'] = 'Show the block';
$_['error_permission'] = 'You may not change this module.';
