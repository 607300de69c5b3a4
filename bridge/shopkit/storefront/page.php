<?php

/*
 * Loads the classes of the customer's own page.
 */

namespace SupportBridge;

require_once __DIR__ . '/all.php';
foreach ([
    'Shop', 'Entry', 'Books', 'Form', 'FormToken', 'Refusal', 'Deed', 'DeedCheck', 'Posted', 'Inbox', 'Sending', 'Html',
    'FileName', 'Upload', 'FileParts', 'FileDownload', 'FileField',
    'CustomerFacts', 'PageKit', 'Navigation', 'AccountPart', 'PackagesPart', 'RightsPart', 'BuyPart', 'Overview',
    'OfferCard', 'OffersPart', 'PricesPart', 'TicketForm', 'TicketsPart', 'ThreadPart', 'TicketsView', 'ClaimPart',
    'AnswerPart', 'StatementFilter', 'StatementPart', 'StatementFile', 'PageReply', 'SupportPage',
] as $class) {
    require_once __DIR__ . '/' . $class . '.php';
}
