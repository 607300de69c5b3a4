-- Statements on the tables of the coin desk: documents that the desk shows, and the inbox that customers fill. Versions as in
-- writer.sql: an older one never replaces a newer, and the version is assigned last because each assignment sees the ones
-- before it.

-- part: newer
VALUES(epoch) > epoch OR (VALUES(epoch) = epoch AND VALUES(number) >= number)

-- part: unless_older
payload = IF([[newer]], VALUES(payload), payload),
 key_id = IF([[newer]], VALUES(key_id), key_id),
 mac = IF([[newer]], VALUES(mac), mac),
 number = IF([[newer]], VALUES(number), number),
 epoch = GREATEST(epoch, VALUES(epoch))

-- part: cleared
SET epoch = 0, number = 0, payload = '', key_id = '', mac = ''
 WHERE store = %(store)s AND payload = %(payload)s AND mac = %(mac)s

-- name: write_quote
INSERT INTO {supportbridge_quote} (store, quote_id, customer_id, epoch, number, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE customer_id = IF([[newer]], VALUES(customer_id), customer_id), [[unless_older]]

-- name: write_ticket
INSERT INTO {supportbridge_ticket} (store, ticket_id, customer_id, epoch, number, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE customer_id = IF([[newer]], VALUES(customer_id), customer_id), [[unless_older]]

-- name: write_licence
INSERT INTO {supportbridge_licence} (store, licence_id, customer_id, epoch, number, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE customer_id = IF([[newer]], VALUES(customer_id), customer_id), [[unless_older]]

-- name: write_agreement
INSERT INTO {supportbridge_agreement} (store, agreement_id, customer_id, epoch, number, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE customer_id = IF([[newer]], VALUES(customer_id), customer_id), [[unless_older]]

-- name: write_bill
INSERT INTO {supportbridge_bill} (store, bill_id, customer_id, epoch, number, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE customer_id = IF([[newer]], VALUES(customer_id), customer_id), [[unless_older]]

-- Like the others, only that a message's number is part of its key and does not count its changes.
-- part: newer_message
VALUES(epoch) > epoch OR (VALUES(epoch) = epoch AND VALUES(version) >= version)

-- name: write_message
INSERT INTO {supportbridge_message} (store, ticket_id, number, customer_id, epoch, version, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE customer_id = IF([[newer_message]], VALUES(customer_id), customer_id),
 payload = IF([[newer_message]], VALUES(payload), payload),
 key_id = IF([[newer_message]], VALUES(key_id), key_id),
 mac = IF([[newer_message]], VALUES(mac), mac),
 version = IF([[newer_message]], VALUES(version), version),
 epoch = GREATEST(epoch, VALUES(epoch))

-- name: write_price
INSERT INTO {supportbridge_price} (store, code, epoch, number, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE [[unless_older]]

-- name: write_answer
INSERT INTO {supportbridge_answer} (store, uuid, customer_id, epoch, number, payload, key_id, mac)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE customer_id = IF([[newer]], VALUES(customer_id), customer_id), [[unless_older]]

-- name: quote_rows
SELECT quote_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_quote}
 WHERE store = %(store)s AND quote_id IN (%(keys)s) ORDER BY quote_id LIMIT %(limit)s

-- name: ticket_rows
SELECT ticket_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_ticket}
 WHERE store = %(store)s AND ticket_id IN (%(keys)s) ORDER BY ticket_id LIMIT %(limit)s

-- name: licence_rows
SELECT licence_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_licence}
 WHERE store = %(store)s AND licence_id IN (%(keys)s) ORDER BY licence_id LIMIT %(limit)s

-- name: agreement_rows
SELECT agreement_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_agreement}
 WHERE store = %(store)s AND agreement_id IN (%(keys)s) ORDER BY agreement_id LIMIT %(limit)s

-- name: bill_rows
SELECT bill_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_bill}
 WHERE store = %(store)s AND bill_id IN (%(keys)s) ORDER BY bill_id LIMIT %(limit)s

-- name: message_rows
SELECT ticket_id, number, customer_id, epoch, version, payload, key_id, mac FROM {supportbridge_message}
 WHERE store = %(store)s AND ticket_id IN (%(tickets)s) AND (ticket_id, number) IN (%(keys)s)
 ORDER BY ticket_id, number LIMIT %(limit)s

-- name: message_keys
SELECT ticket_id, number FROM {supportbridge_message}
 WHERE store = %(store)s AND ticket_id IN (%(tickets)s)
   AND (ticket_id > %(ticket)s OR (ticket_id = %(ticket)s AND number > %(number)s))
 ORDER BY ticket_id, number LIMIT %(limit)s

-- name: price_rows
SELECT code, 0, epoch, number, payload, key_id, mac FROM {supportbridge_price}
 WHERE store = %(store)s AND code IN (%(keys)s) ORDER BY code LIMIT %(limit)s

-- name: answer_rows
SELECT uuid, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_answer}
 WHERE store = %(store)s AND uuid IN (%(keys)s) ORDER BY uuid LIMIT %(limit)s

-- What a lost desk has left: written in an earlier epoch, and replaced by nobody since.
-- name: quotes_left_behind
SELECT quote_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_quote}
 WHERE store = %(store)s AND quote_id > %(after)s AND quote_id <= %(until)s AND epoch < %(epoch)s
 ORDER BY quote_id LIMIT %(limit)s

-- name: tickets_left_behind
SELECT ticket_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_ticket}
 WHERE store = %(store)s AND ticket_id > %(after)s AND ticket_id <= %(until)s AND epoch < %(epoch)s
 ORDER BY ticket_id LIMIT %(limit)s

-- name: licences_left_behind
SELECT licence_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_licence}
 WHERE store = %(store)s AND licence_id > %(after)s AND licence_id <= %(until)s AND epoch < %(epoch)s
 ORDER BY licence_id LIMIT %(limit)s

-- name: agreements_left_behind
SELECT agreement_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_agreement}
 WHERE store = %(store)s AND agreement_id > %(after)s AND agreement_id <= %(until)s AND epoch < %(epoch)s
 ORDER BY agreement_id LIMIT %(limit)s

-- name: bills_left_behind
SELECT bill_id, customer_id, epoch, number, payload, key_id, mac FROM {supportbridge_bill}
 WHERE store = %(store)s AND bill_id > %(after)s AND bill_id <= %(until)s AND epoch < %(epoch)s
 ORDER BY bill_id LIMIT %(limit)s

-- Asked at each start, and there are some only after a restore: left to choose, a server looks through all messages in
-- their order. Customer 0 is what was taken away already.
-- name: messages_left_behind
SELECT ticket_id, number, customer_id, epoch, version, payload, key_id, mac
  FROM {supportbridge_message} FORCE INDEX (epoch)
 WHERE store = %(store)s AND epoch < %(epoch)s AND customer_id > 0
   AND (ticket_id > %(ticket)s OR (ticket_id = %(ticket)s AND number > %(number)s))
 ORDER BY ticket_id, number LIMIT %(limit)s

-- What stands in the shop at our oldest version or above.
-- name: quote_versions
SELECT quote_id, epoch, number FROM {supportbridge_quote}
 WHERE store = %(store)s AND quote_id IN (%(keys)s) AND epoch >= %(epoch)s LIMIT %(limit)s

-- name: ticket_versions
SELECT ticket_id, epoch, number FROM {supportbridge_ticket}
 WHERE store = %(store)s AND ticket_id IN (%(keys)s) AND epoch >= %(epoch)s LIMIT %(limit)s

-- name: licence_versions
SELECT licence_id, epoch, number FROM {supportbridge_licence}
 WHERE store = %(store)s AND licence_id IN (%(keys)s) AND epoch >= %(epoch)s LIMIT %(limit)s

-- name: agreement_versions
SELECT agreement_id, epoch, number FROM {supportbridge_agreement}
 WHERE store = %(store)s AND agreement_id IN (%(keys)s) AND epoch >= %(epoch)s LIMIT %(limit)s

-- name: bill_versions
SELECT bill_id, epoch, number FROM {supportbridge_bill}
 WHERE store = %(store)s AND bill_id IN (%(keys)s) AND epoch >= %(epoch)s LIMIT %(limit)s

-- name: message_versions
SELECT ticket_id, number, epoch, version FROM {supportbridge_message}
 WHERE store = %(store)s AND ticket_id IN (%(tickets)s) AND (ticket_id, number) IN (%(keys)s)
   AND epoch >= %(epoch)s LIMIT %(limit)s

-- name: price_versions
SELECT code, epoch, number FROM {supportbridge_price}
 WHERE store = %(store)s AND code IN (%(keys)s) AND epoch >= %(epoch)s LIMIT %(limit)s

-- name: answer_versions
SELECT uuid, epoch, number FROM {supportbridge_answer}
 WHERE store = %(store)s AND uuid IN (%(keys)s) AND epoch >= %(epoch)s LIMIT %(limit)s

-- name: clear_quote
UPDATE {supportbridge_quote} [[cleared]] AND quote_id IN (%(keys)s)

-- name: clear_ticket
UPDATE {supportbridge_ticket} [[cleared]] AND ticket_id IN (%(keys)s)

-- name: clear_licence
UPDATE {supportbridge_licence} [[cleared]] AND licence_id IN (%(keys)s)

-- name: clear_agreement
UPDATE {supportbridge_agreement} [[cleared]] AND agreement_id IN (%(keys)s)

-- name: clear_bill
UPDATE {supportbridge_bill} [[cleared]] AND bill_id IN (%(keys)s)

-- name: clear_message
UPDATE {supportbridge_message} SET epoch = 0, version = 0, payload = '', key_id = '', mac = ''
 WHERE store = %(store)s AND payload = %(payload)s AND mac = %(mac)s AND (ticket_id, number) IN (%(keys)s)

-- What shops had of tickets before they had messages; nobody shows it any more. Its user may have no right to delete there.
-- name: forget_requests
DELETE FROM {supportbridge_request} WHERE store = %(store)s

-- name: empty_requests
UPDATE {supportbridge_request} SET customer_id = 0, payload = '', key_id = '', mac = '' WHERE store = %(store)s

-- name: clear_price
UPDATE {supportbridge_price} [[cleared]] AND code IN (%(keys)s)

-- name: clear_answer
UPDATE {supportbridge_answer} [[cleared]] AND uuid IN (%(keys)s)

-- A row that none of our pages can have written does not cross the wire: it is known by its emptiness. Left to choose, a
-- server walks through all rows of another store of the same database.
-- part: posted
SELECT id, customer_id, uuid, IF(LENGTH(payload) > %(most_bytes)s, '', payload), key_id, mac
  FROM {supportbridge_inbox} FORCE INDEX (in_turn)
 WHERE store = %(store)s

-- name: inbox_between
-- The table's last id, whosever row it is, comes along as a row without a UUID: asked for apart it would cost one more
-- question at every look at an inbox in which nothing is new.
([[posted]] AND id > %(after)s AND id <= %(until)s ORDER BY id LIMIT %(limit)s)
UNION ALL
(SELECT id, NULL, NULL, NULL, NULL, NULL FROM {supportbridge_inbox} ORDER BY id DESC LIMIT 1)

-- name: newest_inbox
[[posted]] ORDER BY id DESC LIMIT %(limit)s

-- name: old_inbox
-- By the server's clock, which wrote the date. A zero date is no date.
SELECT id, uuid FROM {supportbridge_inbox}
 WHERE store = %(store)s AND created < CURRENT_TIMESTAMP - INTERVAL %(days)s DAY AND created > '1971-01-01'
 ORDER BY created, id LIMIT %(limit)s

-- name: forget_answers
DELETE FROM {supportbridge_answer} WHERE store = %(store)s AND uuid IN (%(uuids)s)

-- name: forget_inbox
DELETE FROM {supportbridge_inbox} WHERE store = %(store)s AND id IN (%(ids)s)

-- name: erase_answers
DELETE FROM {supportbridge_answer} WHERE store = %(store)s AND customer_id = %(customer)s

-- name: erase_inbox
DELETE FROM {supportbridge_inbox} WHERE store = %(store)s AND customer_id = %(customer)s
