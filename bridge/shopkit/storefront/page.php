<?php

/*
 * Loads the classes of the customer's own page.
 */

namespace SupportBridge;

require_once __DIR__ . '/all.php';
foreach ([
    'OwnOrder', 'Shop', 'Entry', 'Books', 'Form', 'FormToken', 'Refusal', 'FileName', 'Upload', 'FileParts',
    'FileDownload', 'Deed', 'DeedCheck', 'Posted', 'Inbox', 'Sending', 'Html', 'CustomerFacts', 'PageKit', 'FileField',
    'Navigation', 'AccountPart', 'PackagesPart', 'RightsPart', 'BuyPart', 'Overview', 'OfferCard', 'OffersPart',
    'PricesPart', 'TicketForm', 'TicketsPart', 'ThreadPart', 'PromisePart', 'CoverPart', 'TicketList', 'TicketView', 'ClaimPart',
    'AnswerPart', 'LicenceCard', 'LicenceList', 'AgreementCard', 'BillCard', 'PremiumView', 'StatementFilter',
    'StatementPart', 'StatementFile', 'PageReply', 'SupportPage',
] as $class) {
    require_once __DIR__ . '/' . $class . '.php';
}
