-- Statements on our own tables in a shop's database. A version is (epoch, number); an older one never replaces a newer.
-- Assignments run from left to right and each sees the ones before it: so the version is assigned last.

-- name: write_accounts
INSERT INTO {supportbridge_account} (store, customer_id, epoch, number, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE
 payload = IF(VALUES(epoch) > epoch OR (VALUES(epoch) = epoch AND VALUES(number) >= number), VALUES(payload), payload),
 key_id = IF(VALUES(epoch) > epoch OR (VALUES(epoch) = epoch AND VALUES(number) >= number), VALUES(key_id), key_id),
 mac = IF(VALUES(epoch) > epoch OR (VALUES(epoch) = epoch AND VALUES(number) >= number), VALUES(mac), mac),
 number = IF(VALUES(epoch) > epoch OR (VALUES(epoch) = epoch AND VALUES(number) >= number), VALUES(number), number),
 epoch = GREATEST(epoch, VALUES(epoch))

-- name: write_entries
INSERT INTO {supportbridge_entry} (store, customer_id, number, epoch, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE
 payload = IF(VALUES(epoch) >= epoch, VALUES(payload), payload),
 key_id = IF(VALUES(epoch) >= epoch, VALUES(key_id), key_id),
 mac = IF(VALUES(epoch) >= epoch, VALUES(mac), mac),
 epoch = GREATEST(epoch, VALUES(epoch))

-- name: versions
-- What stands in the shop at our version or above: a row an account, and one more where an entry's epoch is higher.
SELECT customer_id, epoch, number FROM {supportbridge_account}
 WHERE store = %(store)s AND customer_id IN (%(customers)s) AND epoch >= %(epoch)s
UNION ALL
SELECT customer_id, MAX(epoch), 0 FROM {supportbridge_entry}
 WHERE store = %(store)s AND customer_id IN (%(customers)s) AND epoch > %(epoch)s
 GROUP BY customer_id LIMIT %(limit)s

-- name: last_entries
SELECT customer_id, MAX(number) FROM {supportbridge_entry}
 WHERE store = %(store)s AND customer_id IN (%(customers)s) GROUP BY customer_id LIMIT %(limit)s

-- name: clear_account
UPDATE {supportbridge_account} SET epoch = 0, number = 0, payload = '', key_id = '', mac = ''
 WHERE store = %(store)s AND customer_id = %(customer)s AND payload = %(payload)s AND mac = %(mac)s

-- name: clear_entry
DELETE FROM {supportbridge_entry}
 WHERE store = %(store)s AND customer_id = %(customer)s AND number = %(number)s
   AND payload = %(payload)s AND mac = %(mac)s

-- name: entries_of_older_epochs
-- Within an epoch an account only gains entries; those above its end come from a desk before a restore.
SELECT customer_id, number FROM {supportbridge_entry}
 WHERE store = %(store)s AND customer_id IN (%(customers)s) AND epoch < %(epoch)s
 ORDER BY customer_id, number LIMIT %(limit)s

-- name: delete_entries
DELETE FROM {supportbridge_entry}
 WHERE store = %(store)s AND customer_id = %(customer)s AND number > %(last)s AND epoch < %(epoch)s

-- name: accounts_of
SELECT customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_account}
 WHERE store = %(store)s AND customer_id IN (%(customers)s)
 ORDER BY customer_id LIMIT %(limit)s

-- name: shown
-- A row for an account's version and one for the number of its entries.
SELECT customer_id, epoch, number, 0 FROM {supportbridge_account}
 WHERE store = %(store)s AND customer_id IN (%(customers)s)
UNION ALL
SELECT customer_id, 0, 0, COUNT(*) FROM {supportbridge_entry}
 WHERE store = %(store)s AND customer_id IN (%(customers)s)
 GROUP BY customer_id LIMIT %(limit)s

-- name: accounts_of_older_epochs
-- No desk writes a number that no shop's customer has; a row under one is left where it is.
SELECT customer_id FROM {supportbridge_account}
 WHERE store = %(store)s AND epoch < %(epoch)s AND customer_id BETWEEN 1 AND 9223372036854775807
 ORDER BY customer_id LIMIT %(limit)s

-- name: entries_of
SELECT customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_entry}
 WHERE store = %(store)s AND customer_id IN (%(customers)s)
   AND customer_id >= %(customer)s AND (customer_id > %(customer)s OR number > %(number)s)
 ORDER BY customer_id, number LIMIT %(limit)s

-- name: meta
SELECT payload, key_id, mac FROM {supportbridge_meta} WHERE name = %(name)s LIMIT 1

-- name: add_meta
INSERT IGNORE INTO {supportbridge_meta} (name, payload, key_id, mac)
VALUES (%(name)s, %(payload)s, %(key_id)s, %(mac)s)

-- name: write_note
-- What the desk that has the shop says, whatever stood there.
INSERT INTO {supportbridge_meta} (name, payload, key_id, mac)
VALUES (%(name)s, %(payload)s, %(key_id)s, %(mac)s)
ON DUPLICATE KEY UPDATE payload = VALUES(payload), key_id = VALUES(key_id), mac = VALUES(mac)

-- name: replace_meta
-- Only the row that was looked at: two desks that claim at once must not both believe they have it.
UPDATE {supportbridge_meta} SET payload = %(payload)s, key_id = %(key_id)s, mac = %(mac)s
 WHERE name = %(name)s AND payload = %(seen_payload)s AND mac = %(seen_mac)s
