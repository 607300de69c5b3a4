<?php

/*
 * Loads the classes that the account block, the hints and the administration's page need, on every platform.
 *
 * They know nothing of a platform, and neither do those of the customer's own page, which page.php loads.
 */

namespace SupportBridge;

foreach ([
    'Problem', 'DatabaseFailure', 'Database', 'Tables', 'Fields', 'Signature', 'KeyFile', 'Right', 'Package',
    'AccountState', 'AccountDocument', 'Extension', 'AccountReader', 'Jalali', 'Language', 'Offered', 'Quote',
    'Price', 'Answer', 'Promise', 'Cover', 'Message', 'Ticket', 'Thread', 'Plan', 'PremiumTerms', 'PageDocument',
    'Licence', 'Agreement', 'BillLine', 'Bill', 'SignedRows', 'TicketDocuments', 'NumberedDocuments', 'Documents',
    'AccountBlock', 'SchemaFile', 'Hints', 'Inspection', 'DeskStatus',
] as $class) {
    require_once __DIR__ . '/' . $class . '.php';
}
