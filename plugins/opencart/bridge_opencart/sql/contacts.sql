-- How an OpenCart shop's customers are addressed. From 4.1 on nearly every column may be NULL. A customer's language is the
-- one he last used the shop in; an order's address is the one it was placed with, also where the customer has another now.

-- part: of_ours
(%(every_shop)s OR store_id IS NULL OR store_id IN (%(shop_ids)s))

-- name: contacts
SELECT c.customer_id, c.email, c.firstname, c.lastname, l.code, c.telephone
  FROM {customer} c LEFT JOIN {language} l ON l.language_id = c.language_id
 WHERE c.customer_id IN (%(customers)s) LIMIT %(limit)s

-- name: order_contact
-- Status 0 is a checkout that was never confirmed, not an order.
SELECT COALESCE(o.customer_id, 0), o.email, o.firstname, o.lastname, l.code, o.telephone
  FROM {order} o LEFT JOIN {language} l ON l.language_id = o.language_id
 WHERE o.order_id = %(order)s AND NOT (o.order_status_id <=> 0) AND [[of_ours]] LIMIT 1

-- name: customers_by_email
SELECT customer_id, [[of_ours]], email FROM {customer} WHERE email IN (%(emails)s) ORDER BY customer_id LIMIT %(limit)s

-- name: customers_by_any_email
SELECT customer_id, [[of_ours]], email FROM {customer}
 WHERE CONVERT(email USING utf8mb4) IN (%(emails)s) ORDER BY customer_id LIMIT %(limit)s

-- name: customers_by_phone
SELECT customer_id, [[of_ours]], telephone FROM {customer}
 WHERE CONVERT(telephone USING utf8mb4) LIKE %(script_0)s OR CONVERT(telephone USING utf8mb4) LIKE %(script_1)s
    OR CONVERT(telephone USING utf8mb4) LIKE %(script_2)s
 ORDER BY customer_id LIMIT %(limit)s
