<?php

/*
 * Loads the classes of the customer's own page.
 */

namespace SupportBridge;

require_once __DIR__ . '/all.php';
foreach ([
    'Shop', 'Quote', 'Price', 'Answer', 'Entry', 'Documents', 'Form', 'FormToken', 'Refusal', 'Deed', 'DeedCheck',
    'Posted', 'Inbox', 'Sending', 'Html', 'PageKit', 'AccountPart', 'OffersPart', 'RightsPart', 'RequestsPart',
    'ClaimPart', 'AnswerPart', 'StatementPart', 'StatementFile', 'PageReply', 'SupportPage',
] as $class) {
    require_once __DIR__ . '/' . $class . '.php';
}
