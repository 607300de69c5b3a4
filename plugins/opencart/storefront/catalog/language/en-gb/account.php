<?php

$_['heading_title'] = 'Support coins';
$_['text_available'] = 'Coins available';
$_['text_held'] = 'Coins held';
$_['text_plan'] = 'Plan';
$_['text_no_plan'] = 'No active plan';
$_['text_next_expiry'] = 'Next expiry';
$_['text_no_expiry'] = 'No coins will expire';
$_['text_frozen'] = 'This account is paused at the moment. Please contact our support.';
