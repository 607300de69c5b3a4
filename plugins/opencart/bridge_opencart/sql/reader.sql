-- What is read of an OpenCart shop. Cursors are primary keys, never dates: 4.1 changes an order's status without touching
-- date_modified. Product codes come as bytes: one that is not UTF-8 must not fail the whole answer.

-- name: newest_order
SELECT order_id FROM {order} ORDER BY order_id DESC LIMIT %(limit)s

-- name: order_between
SELECT order_id, order_id FROM {order}
 WHERE order_id > %(after)s AND order_id <= %(until)s ORDER BY order_id LIMIT %(limit)s

-- name: newest_history
SELECT order_history_id FROM {order_history} ORDER BY order_history_id DESC LIMIT %(limit)s

-- name: history_between
-- A row can belong to no order (NULL): it counts as seen.
SELECT order_history_id, COALESCE(order_id, 0) FROM {order_history}
 WHERE order_history_id > %(after)s AND order_history_id <= %(until)s ORDER BY order_history_id LIMIT %(limit)s

-- name: orders
-- Status 0 is a checkout that was never confirmed, not an order. The buyer: 0 a customer, 1 a guest, 2 gone.
SELECT o.order_id, o.store_id, o.customer_id,
       CASE WHEN o.customer_id = 0 THEN 1 WHEN c.customer_id IS NULL THEN 2 ELSE 0 END,
       o.order_status_id, o.total, o.date_added
  FROM {order} o LEFT JOIN {customer} c ON c.customer_id = o.customer_id
 WHERE o.order_id IN (%(order_ids)s) AND NOT (o.order_status_id <=> 0)
   AND (%(every_shop)s OR o.store_id IS NULL OR o.store_id IN (%(shop_ids)s))
 ORDER BY o.order_id LIMIT %(limit)s

-- name: orders_between
SELECT o.order_id, o.store_id, o.customer_id,
       CASE WHEN o.customer_id = 0 THEN 1 WHEN c.customer_id IS NULL THEN 2 ELSE 0 END,
       o.order_status_id, o.total, o.date_added
  FROM {order} o LEFT JOIN {customer} c ON c.customer_id = o.customer_id
 WHERE o.order_id > %(after)s AND o.order_id <= %(until)s AND NOT (o.order_status_id <=> 0)
   AND (%(every_shop)s OR o.store_id IS NULL OR o.store_id IN (%(shop_ids)s))
 ORDER BY o.order_id LIMIT %(limit)s

-- name: lines
SELECT order_id, CAST(model AS BINARY), quantity FROM {order_product}
 WHERE order_id IN (%(order_ids)s) ORDER BY order_id, order_product_id LIMIT %(limit)s

-- name: lines_between
SELECT order_id, CAST(model AS BINARY), quantity FROM {order_product}
 WHERE order_id >= %(first)s AND order_id <= %(last)s ORDER BY order_id, order_product_id LIMIT %(limit)s

-- name: granting_history
-- No index on order_id: the whole table is walked, so it is asked once a page and only for orders that grant now.
SELECT order_id, date_added FROM {order_history}
 WHERE order_id IN (%(order_ids)s) AND order_status_id IN (%(granting)s)
 ORDER BY order_history_id LIMIT %(limit)s

-- name: order_at_distance
SELECT order_id FROM {order} WHERE order_id > %(after)s ORDER BY order_id LIMIT 1 OFFSET %(distance)s

-- name: history_at_distance
SELECT order_history_id FROM {order_history}
 WHERE order_history_id > %(after)s ORDER BY order_history_id LIMIT 1 OFFSET %(distance)s

-- name: granting_history_between
SELECT order_id, date_added FROM {order_history}
 WHERE order_history_id > %(after)s AND order_history_id <= %(until)s
   AND order_id > %(first)s AND order_id <= %(last)s AND order_status_id IN (%(granting)s)
 ORDER BY order_history_id LIMIT %(limit)s

-- name: settings_view
SELECT shop_id, name, value FROM {supportbridge_settings} LIMIT 1000

-- name: settings_table
SELECT store_id, `key`, value FROM {setting}
 WHERE code = 'config' AND `key` IN ('config_complete_status', 'config_timezone') LIMIT 1000

-- name: product_codes
SELECT DISTINCT CAST(model AS BINARY) FROM {product} WHERE model IN (%(codes)s) LIMIT 1000
