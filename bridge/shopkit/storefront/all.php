<?php

/*
 * Loads the classes that both storefront extensions share; they know nothing of either platform.
 */

namespace SupportBridge;

require_once __DIR__ . '/Problem.php';
require_once __DIR__ . '/DatabaseFailure.php';
require_once __DIR__ . '/Database.php';
require_once __DIR__ . '/Signature.php';
require_once __DIR__ . '/KeyFile.php';
require_once __DIR__ . '/AccountState.php';
require_once __DIR__ . '/AccountDocument.php';
require_once __DIR__ . '/AccountReader.php';
require_once __DIR__ . '/AccountBlock.php';
require_once __DIR__ . '/SchemaFile.php';
require_once __DIR__ . '/Hints.php';
require_once __DIR__ . '/Inspection.php';
