-- Statements on the files in the shop, always by a prefix of the primary key: a part is some hundred kilobytes.

-- name: part
-- A row that none of ours can have written does not cross the wire: it is known by its emptiness.
SELECT uuid, part, customer_id, IF(LENGTH(payload) > %(most_bytes)s, '', payload), key_id, mac
  FROM {supportbridge_file}
 WHERE store = %(store)s AND uuid = %(file)s AND part = %(part)s LIMIT 1

-- name: write_part
INSERT INTO {supportbridge_file} (store, uuid, part, customer_id, payload, key_id, mac)
VALUES (%(store)s, %(file)s, %(part)s, %(customer)s, %(payload)s, %(key_id)s, %(mac)s)
ON DUPLICATE KEY UPDATE customer_id = VALUES(customer_id), payload = VALUES(payload), key_id = VALUES(key_id),
 mac = VALUES(mac)

-- name: forget
DELETE FROM {supportbridge_file} WHERE store = %(store)s AND uuid IN (%(files)s)

-- name: erase
DELETE FROM {supportbridge_file} WHERE store = %(store)s AND customer_id = %(customer)s

-- name: old
-- By the server's clock, which wrote the date; a zero date is no date. Each file has a first part.
SELECT uuid FROM {supportbridge_file}
 WHERE store = %(store)s AND uuid > %(after)s AND part = 0
   AND created < CURRENT_TIMESTAMP - INTERVAL %(hours)s HOUR AND created > '1971-01-01'
 ORDER BY uuid LIMIT %(limit)s
