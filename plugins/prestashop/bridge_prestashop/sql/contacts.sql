-- How a PrestaShop shop's customers are addressed. Telephone numbers stand with addresses, and the newest that has one
-- counts. A guest has a customer row of his own, marked as one, and no account; a deleted customer may stay as a marked row.

-- part: of_ours
(%(every_shop)s OR c.id_shop IN (%(shop_ids)s))

-- iso_code alone says "gb" or "mx" for what language_code calls en-gb and es-mx.
-- part: language
COALESCE(NULLIF(l.language_code, ''), l.iso_code)

-- part: number
COALESCE(NULLIF(a.phone_mobile, ''), a.phone)

-- name: contacts
SELECT c.id_customer, c.email, c.firstname, c.lastname, [[language]],
       (SELECT [[number]] FROM {address} a
         WHERE a.id_customer = c.id_customer AND a.deleted = 0
           AND CONCAT(COALESCE(a.phone_mobile, ''), COALESCE(a.phone, '')) <> ''
         ORDER BY a.id_address DESC LIMIT 1)
  FROM {customer} c LEFT JOIN {lang} l ON l.id_lang = c.id_lang
 WHERE c.id_customer IN (%(customers)s) AND c.deleted = 0 LIMIT %(limit)s

-- name: order_contact
SELECT IF(c.is_guest = 1, 0, c.id_customer), c.email, c.firstname, c.lastname, [[language]], [[number]]
  FROM {orders} o JOIN {customer} c ON c.id_customer = o.id_customer
       LEFT JOIN {lang} l ON l.id_lang = o.id_lang
       LEFT JOIN {address} a ON a.id_address = o.id_address_invoice
 WHERE o.id_order = %(order)s AND c.deleted = 0
   AND (%(every_shop)s OR o.id_shop IS NULL OR o.id_shop IN (%(shop_ids)s)) LIMIT 1

-- name: customers_by_email
SELECT c.id_customer, [[of_ours]], c.email FROM {customer} c
 WHERE c.email IN (%(emails)s) AND c.is_guest = 0 AND c.deleted = 0 ORDER BY c.id_customer LIMIT %(limit)s

-- name: customers_by_any_email
SELECT c.id_customer, [[of_ours]], c.email FROM {customer} c
 WHERE CONVERT(c.email USING utf8mb4) IN (%(emails)s) AND c.is_guest = 0 AND c.deleted = 0
 ORDER BY c.id_customer LIMIT %(limit)s

-- part: typed
CONVERT(n.number USING utf8mb4)

-- name: customers_by_phone
SELECT c.id_customer, [[of_ours]], n.number FROM {customer} c JOIN (
       SELECT id_customer, phone AS number FROM {address} WHERE deleted = 0
        UNION ALL
       SELECT id_customer, phone_mobile FROM {address} WHERE deleted = 0) n ON n.id_customer = c.id_customer
 WHERE c.is_guest = 0 AND c.deleted = 0
   AND ([[typed]] LIKE %(script_0)s OR [[typed]] LIKE %(script_1)s OR [[typed]] LIKE %(script_2)s)
 ORDER BY c.id_customer LIMIT %(limit)s
