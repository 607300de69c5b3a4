-- What is read of an OpenCart shop. Cursors are primary keys, never dates: 4.1 changes an order's status without touching
-- date_modified. Product codes come as bytes: one that is not UTF-8 must not fail the whole answer.

-- What an order and a line are, as numbers: the same wherever they are read or compared. MD5 because CRC32 is linear, so
-- that two equal changes would cancel; a line's id because two lines can be alike.
-- part: order_digest
CRC32(MD5(CONCAT_WS('|', o.order_id, COALESCE(o.store_id, '-'), COALESCE(o.customer_id, '-'),
                         COALESCE(o.order_status_id, '-'), COALESCE(o.total, '-'), COALESCE(o.date_added, '-'))))

-- part: line_digest
CRC32(MD5(CONCAT_WS('|', p.order_product_id, p.order_id, COALESCE(p.quantity, '-'),
                         COALESCE(CAST(p.model AS BINARY), '-'))))

-- Status 0 is a checkout that was never confirmed, not an order.
-- part: order_of_ours
NOT (o.order_status_id <=> 0) AND (%(every_shop)s OR o.store_id IS NULL OR o.store_id IN (%(shop_ids)s))

-- When somebody registered never changes: it tells a customer from another who gets his number later.
-- part: born
CRC32(MD5(CONCAT_WS('|', c.customer_id, COALESCE(c.date_added, '-'))))

-- The buyer: 0 a customer, 1 a guest, 2 gone.
-- part: order_columns
o.order_id, o.store_id, o.customer_id,
       CASE WHEN o.customer_id = 0 THEN 1 WHEN c.customer_id IS NULL THEN 2 ELSE 0 END,
       o.order_status_id, o.total, o.date_added, [[order_digest]], [[born]]

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
SELECT [[order_columns]]
  FROM {order} o LEFT JOIN {customer} c ON c.customer_id = o.customer_id
 WHERE o.order_id IN (%(order_ids)s) AND [[order_of_ours]]
 ORDER BY o.order_id LIMIT %(limit)s

-- name: orders_between
SELECT [[order_columns]]
  FROM {order} o LEFT JOIN {customer} c ON c.customer_id = o.customer_id
 WHERE o.order_id > %(after)s AND o.order_id <= %(until)s AND [[order_of_ours]]
 ORDER BY o.order_id LIMIT %(limit)s

-- name: lines
SELECT p.order_id, CAST(p.model AS BINARY), p.quantity, [[line_digest]] FROM {order_product} p
 WHERE p.order_id IN (%(order_ids)s) ORDER BY p.order_id, p.order_product_id LIMIT %(limit)s

-- name: lines_between
SELECT p.order_id, CAST(p.model AS BINARY), p.quantity, [[line_digest]] FROM {order_product} p
 WHERE p.order_id >= %(first)s AND p.order_id <= %(last)s
 ORDER BY p.order_id, p.order_product_id LIMIT %(limit)s

-- name: order_after
SELECT order_id FROM {order} WHERE order_id > %(after)s ORDER BY order_id LIMIT 1

-- Five slices: rows of their orders, and one a slice of all lines under its ids, whosever they are. Those are written out
-- because a stretch of five is easily a tenth of the table, and then a server would rather read the whole table.
-- part: sums
SELECT o.order_id DIV 2000, COUNT(*), BIT_XOR([[order_digest]]), 0, 0 FROM {order} o
 WHERE o.order_id > %(after)s AND o.order_id <= %(until)s AND [[order_of_ours]]
 GROUP BY o.order_id DIV 2000
UNION ALL SELECT %(slice)s + 0, [[lines_after]] + 0 AND p.order_id <= %(after)s + 2000
UNION ALL SELECT %(slice)s + 1, [[lines_after]] + 2000 AND p.order_id <= %(after)s + 4000
UNION ALL SELECT %(slice)s + 2, [[lines_after]] + 4000 AND p.order_id <= %(after)s + 6000
UNION ALL SELECT %(slice)s + 3, [[lines_after]] + 6000 AND p.order_id <= %(after)s + 8000
UNION ALL SELECT %(slice)s + 4, [[lines_after]] + 8000 AND p.order_id <= %(after)s + 10000

-- part: lines_after
0, 0, BIT_XOR([[line_digest]]), 0 FROM {order_product} p WHERE p.order_id > %(after)s

-- name: slice_sums
[[sums]] LIMIT %(limit)s

-- name: slice_lines
-- The same, and apart the lines of orders of ours; one statement, so that all of it is of one moment.
[[sums]]
UNION ALL
SELECT o.order_id DIV 2000, 0, 0, 0, BIT_XOR([[line_digest]])
  FROM {order_product} p JOIN {order} o ON o.order_id = p.order_id
 WHERE p.order_id > %(after)s AND p.order_id <= %(until)s AND [[order_of_ours]]
 GROUP BY o.order_id DIV 2000 LIMIT %(limit)s

-- name: slice_digests
SELECT o.order_id, [[order_digest]] FROM {order} o
 WHERE o.order_id > %(after)s AND o.order_id <= %(until)s AND [[order_of_ours]]
UNION ALL
SELECT o.order_id, BIT_XOR([[line_digest]])
  FROM {order_product} p JOIN {order} o ON o.order_id = p.order_id
 WHERE p.order_id > %(after)s AND p.order_id <= %(until)s AND [[order_of_ours]]
 GROUP BY o.order_id LIMIT %(limit)s

-- name: customers
SELECT c.customer_id, [[born]] FROM {customer} c
 WHERE c.customer_id IN (%(customers)s) LIMIT %(limit)s

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
-- Converted: a column of another charset and a code that it has no letters for can't be compared otherwise.
SELECT DISTINCT CAST(model AS BINARY) FROM {product} WHERE CONVERT(model USING utf8mb4) IN (%(codes)s) LIMIT 1000
