-- PrestaShop's own customer service. Messages are read by primary key; statuses, which change without a trace, are read
-- and compared. Text comes as bytes: one that is not UTF-8 must not fail the whole answer.

-- part: thread_of_ours
(%(every_shop)s OR t.id_shop IN (%(shop_ids)s))

-- iso_code alone says "gb" or "mx" for what language_code calls en-gb and es-mx.
-- part: language
COALESCE(NULLIF(l.language_code, ''), l.iso_code)

-- name: message_ids
SELECT id_customer_message FROM {customer_message}
 WHERE id_customer_message > %(after)s AND id_customer_message <= %(until)s
 ORDER BY id_customer_message LIMIT %(limit)s

-- A message whose thread is gone or another shop's comes without its text. Long texts are read one by one.
-- part: message_columns
m.id_customer_message, COALESCE(t.id_customer_thread, 0), m.date_add, COALESCE(m.id_employee, 0), m.private,
       CAST(CONVERT(m.file_name USING utf8mb4) AS BINARY), t.id_order

-- part: message_text
LENGTH(m.message) > %(short)s,
       IF(t.id_customer_thread IS NULL OR LENGTH(m.message) > %(short)s, NULL,
          CAST(CONVERT(m.message USING utf8mb4) AS BINARY))
  FROM {customer_message} m
       LEFT JOIN {customer_thread} t ON t.id_customer_thread = m.id_customer_thread AND [[thread_of_ours]]

-- From 9.1 on a message may name a product of its own.
-- part: own_product
COALESCE(NULLIF(m.id_product, 0), t.id_product)

-- part: by_id
WHERE m.id_customer_message IN (%(messages)s) ORDER BY m.id_customer_message LIMIT %(limit)s

-- part: in_order
WHERE m.id_customer_message > %(after)s ORDER BY m.id_customer_message LIMIT %(limit)s

-- name: messages
SELECT [[message_columns]], t.id_product, [[message_text]] [[by_id]]

-- name: messages_with_products
SELECT [[message_columns]], [[own_product]], [[message_text]] [[by_id]]

-- name: next_messages
SELECT [[message_columns]], t.id_product, [[message_text]] [[in_order]]

-- name: next_messages_with_products
SELECT [[message_columns]], [[own_product]], [[message_text]] [[in_order]]

-- name: long_text
SELECT CAST(CONVERT(LEFT(m.message, %(characters)s) USING utf8mb4) AS BINARY) FROM {customer_message} m
 WHERE m.id_customer_message = %(message)s LIMIT 1

-- name: threads
-- A guest has a customer row of his own, marked as one; a deleted customer may stay as a marked row.
SELECT t.id_customer_thread, t.id_shop,
       CASE WHEN c.id_customer IS NULL OR c.is_guest = 1 OR c.deleted = 1 THEN 0 ELSE c.id_customer END,
       CAST(CONVERT(t.email USING utf8mb4) AS BINARY), [[language]], t.id_order, t.id_product, t.status
  FROM {customer_thread} t LEFT JOIN {customer} c ON c.id_customer = t.id_customer
       LEFT JOIN {lang} l ON l.id_lang = t.id_lang
 WHERE t.id_customer_thread IN (%(threads)s) AND [[thread_of_ours]] LIMIT %(limit)s

-- name: thread_statuses
SELECT t.id_customer_thread, t.status FROM {customer_thread} t
 WHERE t.id_customer_thread > %(after)s AND [[thread_of_ours]] ORDER BY t.id_customer_thread LIMIT %(limit)s

-- name: set_status
UPDATE {customer_thread} t SET t.status = %(status)s, t.date_upd = %(at)s
 WHERE t.id_customer_thread = %(thread)s AND t.status = %(expected)s AND [[thread_of_ours]]

-- name: thread
SELECT t.status FROM {customer_thread} t WHERE t.id_customer_thread = %(thread)s AND [[thread_of_ours]] LIMIT 1

-- name: employees
SELECT id_employee, active FROM {employee} WHERE id_employee IN (%(employees)s) LIMIT %(limit)s

-- name: last_message_id
SELECT COALESCE(MAX(id_customer_message), 0) FROM {customer_message} LIMIT 1

-- name: intend
INSERT INTO {supportbridge_link} (store, uuid, thread_id, employee_id, after_id, digest)
VALUES (%(store)s, %(uuid)s, %(thread)s, %(employee)s, %(after)s, %(digest)s)
ON DUPLICATE KEY UPDATE uuid = VALUES(uuid)

-- name: link
-- In a transaction only after `intend`, which waits for another that writes the same: what is read first, is new.
SELECT thread_id, native_id FROM {supportbridge_link} WHERE store = %(store)s AND uuid = %(uuid)s LIMIT 1

-- What a link without a message meant to write, if it is there: a row above the last one of then, by that employee in
-- that thread, of that text, and no other link's.
-- part: intended
FROM {supportbridge_link} l JOIN {customer_message} m
       ON m.id_customer_thread = l.thread_id AND m.id_customer_message > l.after_id AND m.id_employee = l.employee_id
       AND SHA2(CONVERT(m.message USING utf8mb4), 256) = l.digest
       AND NOT EXISTS (SELECT 1 FROM {supportbridge_link} other
                        WHERE other.store = l.store AND other.native_id = m.id_customer_message)
 WHERE l.store = %(store)s AND l.native_id IS NULL

-- name: found
SELECT m.id_customer_message [[intended]] AND l.uuid = %(uuid)s ORDER BY m.id_customer_message LIMIT 1

-- name: add_message
INSERT INTO {customer_message} (id_customer_thread, id_employee, message, file_name, ip_address, user_agent,
                                private, `read`, date_add, date_upd)
VALUES (%(thread)s, %(employee)s, %(text)s, '', '', '', 0, 0, %(at)s, %(at)s)

-- name: confirm
UPDATE {supportbridge_link} SET native_id = %(message)s WHERE store = %(store)s AND uuid = %(uuid)s

-- name: any_link
SELECT 1 FROM {supportbridge_link} WHERE store = %(store)s LIMIT 1

-- name: written
SELECT native_id, uuid FROM {supportbridge_link}
 WHERE store = %(store)s AND native_id IN (%(messages)s) LIMIT %(limit)s

-- name: written_unconfirmed
SELECT m.id_customer_message, l.uuid [[intended]] AND m.id_customer_message IN (%(messages)s) LIMIT %(limit)s
