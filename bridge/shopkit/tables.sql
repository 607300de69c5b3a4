-- The tables that the desk fills in the shop's database and the shop's pages read.
-- The only source of these definitions: the command line and both storefront extensions run this file
-- with the shop's own table prefix put in. It is safe to run again.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_meta` (
  `name` VARCHAR(80) NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL DEFAULT '',
  `mac` CHAR(64) NOT NULL DEFAULT '',
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_account` (
  `store` VARCHAR(64) NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_entry` (
  `store` VARCHAR(64) NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `customer_id`, `number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- A counter a kind of event, so it never grows: the shop's extension adds one when an order changes or a customer writes
-- into the inbox, and the desk looks at that shop sooner. It only wakes the desk and is not signed. A shop that has no such table loses nothing but time.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_hint` (
  `store` VARCHAR(64) NOT NULL,
  `kind` VARCHAR(32) NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (`store`, `kind`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- What the coin desk shows to customers, one signed document a row.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_quote` (
  `store` VARCHAR(64) NOT NULL,
  `quote_id` BIGINT UNSIGNED NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `quote_id`),
  KEY `customer` (`store`, `customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_price` (
  `store` VARCHAR(64) NOT NULL,
  `code` VARCHAR(64) NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- What customers do on the shop's pages, signed there with the store's key: the desk reads it by id and answers each row
-- by its UUID. `created` is the server's clock; rows older than 90 days go, with their answers.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_inbox` (
  `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `store` VARCHAR(64) NOT NULL,
  `uuid` CHAR(36) NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  `created` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`),
  UNIQUE KEY `once` (`store`, `uuid`),
  KEY `in_turn` (`store`, `id`),
  KEY `age` (`store`, `created`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_answer` (
  `store` VARCHAR(64) NOT NULL,
  `uuid` CHAR(36) NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `uuid`),
  KEY `customer` (`store`, `customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- A ticket, as its customer reads it, and what was said in it: a message a row, numbered from 1. A ticket's row is written
-- after its messages; those beyond the number it says are not shown. A message's version counts what has changed of it.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_ticket` (
  `store` VARCHAR(64) NOT NULL,
  `ticket_id` BIGINT UNSIGNED NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `ticket_id`),
  KEY `customer` (`store`, `customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_message` (
  `store` VARCHAR(64) NOT NULL,
  `ticket_id` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `version` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `ticket_id`, `number`),
  KEY `customer` (`store`, `customer_id`),
  KEY `epoch` (`store`, `epoch`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- Which rows of the shop's own customer service the desk wrote, by the UUID of the reply: a row comes before its message,
-- and has no `native_id` until the message is there. Only messages above `after_id` can be it. `digest` is SHA-256.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_link` (
  `store` VARCHAR(64) NOT NULL,
  `uuid` CHAR(36) NOT NULL,
  `thread_id` BIGINT UNSIGNED NOT NULL,
  `employee_id` BIGINT UNSIGNED NOT NULL,
  `after_id` BIGINT UNSIGNED NOT NULL,
  `digest` CHAR(64) NOT NULL,
  `native_id` BIGINT UNSIGNED DEFAULT NULL,
  `created` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`store`, `uuid`),
  KEY `native` (`store`, `native_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- Files of messages, in signed parts: a customer's from the shop's page, staff's from the desk. `created` is the server's clock.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_file` (
  `store` VARCHAR(64) NOT NULL,
  `uuid` CHAR(36) NOT NULL,
  `part` SMALLINT UNSIGNED NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  `created` TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (`store`, `uuid`, `part`),
  KEY `customer` (`store`, `customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- A licence, as its customer reads it: its key, what it is of, until when, and the domains that it is used on.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_licence` (
  `store` VARCHAR(64) NOT NULL,
  `licence_id` BIGINT UNSIGNED NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `licence_id`),
  KEY `customer` (`store`, `customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- An agreement about premium time, as its customer reads it: kind, rate, cap and exact words, and the time worked so far.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_agreement` (
  `store` VARCHAR(64) NOT NULL,
  `agreement_id` BIGINT UNSIGNED NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `agreement_id`),
  KEY `customer` (`store`, `customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
-- A statement of premium time, as its customer reads it: line by line, and how far it is from being paid.
CREATE TABLE IF NOT EXISTS `{prefix}supportbridge_bill` (
  `store` VARCHAR(64) NOT NULL,
  `bill_id` BIGINT UNSIGNED NOT NULL,
  `customer_id` BIGINT UNSIGNED NOT NULL,
  `epoch` BIGINT UNSIGNED NOT NULL,
  `number` BIGINT UNSIGNED NOT NULL,
  `payload` MEDIUMTEXT NOT NULL,
  `key_id` VARCHAR(16) NOT NULL,
  `mac` CHAR(64) NOT NULL,
  PRIMARY KEY (`store`, `bill_id`),
  KEY `customer` (`store`, `customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT IGNORE INTO `{prefix}supportbridge_meta` (`name`, `payload`) VALUES ('schema', '1');
