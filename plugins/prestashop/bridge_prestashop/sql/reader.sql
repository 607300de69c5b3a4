-- What is read of a PrestaShop shop. Cursors are primary keys, never dates: date_upd moves with every save and stays with
-- others. Product codes come as bytes: one that is not UTF-8 must not fail the whole answer.

-- What an order and a line are, as numbers: the same wherever they are read or compared. MD5 because CRC32 is linear, so
-- that two equal changes would cancel; a line's id because two lines can be alike.
-- part: order_digest
CRC32(MD5(CONCAT_WS('|', o.id_order, COALESCE(o.id_shop, '-'), COALESCE(o.id_customer, '-'),
                         COALESCE(o.current_state, '-'), COALESCE(o.total_paid, '-'), COALESCE(o.date_add, '-'))))

-- part: line_digest
CRC32(MD5(CONCAT_WS('|', d.id_order_detail, d.id_order, COALESCE(d.product_quantity, '-'),
                         COALESCE(d.product_quantity_refunded, '-'), COALESCE(d.product_quantity_return, '-'),
                         COALESCE(CAST(d.product_reference AS BINARY), '-'))))

-- part: order_of_ours
(%(every_shop)s OR o.id_shop IS NULL OR o.id_shop IN (%(shop_ids)s))

-- When somebody registered never changes: it tells a customer from another who gets his number later.
-- part: born
CRC32(MD5(CONCAT_WS('|', c.id_customer, COALESCE(c.date_add, '-'))))

-- The buyer: 0 a customer, 1 a guest (a customer row of his own, or none at all), 2 gone.
-- part: order_columns
o.id_order, o.id_shop, o.id_customer,
       CASE WHEN o.id_customer = 0 OR c.is_guest = 1 THEN 1
            WHEN c.id_customer IS NULL OR c.deleted = 1 THEN 2 ELSE 0 END,
       o.current_state, o.total_paid, o.date_add, [[order_digest]], [[born]]

-- product_reference is the combination's already, where it has one.
-- part: line_columns
d.id_order, CAST(d.product_reference AS BINARY),
       d.product_quantity, d.product_quantity_refunded, d.product_quantity_return, [[line_digest]]

-- name: newest_order
SELECT id_order FROM {orders} ORDER BY id_order DESC LIMIT %(limit)s

-- name: order_between
SELECT id_order, id_order FROM {orders}
 WHERE id_order > %(after)s AND id_order <= %(until)s ORDER BY id_order LIMIT %(limit)s

-- name: newest_history
SELECT id_order_history FROM {order_history} ORDER BY id_order_history DESC LIMIT %(limit)s

-- name: history_between
SELECT id_order_history, COALESCE(id_order, 0) FROM {order_history}
 WHERE id_order_history > %(after)s AND id_order_history <= %(until)s ORDER BY id_order_history LIMIT %(limit)s

-- name: newest_slip
SELECT id_order_slip FROM {order_slip} ORDER BY id_order_slip DESC LIMIT %(limit)s

-- name: slip_between
SELECT id_order_slip, COALESCE(id_order, 0) FROM {order_slip}
 WHERE id_order_slip > %(after)s AND id_order_slip <= %(until)s ORDER BY id_order_slip LIMIT %(limit)s

-- name: orders
SELECT [[order_columns]]
  FROM {orders} o LEFT JOIN {customer} c ON c.id_customer = o.id_customer
 WHERE o.id_order IN (%(order_ids)s) AND [[order_of_ours]]
 ORDER BY o.id_order LIMIT %(limit)s

-- name: orders_after
SELECT [[order_columns]]
  FROM {orders} o LEFT JOIN {customer} c ON c.id_customer = o.id_customer
 WHERE o.id_order > %(after)s AND [[order_of_ours]]
 ORDER BY o.id_order LIMIT %(limit)s

-- name: lines
SELECT [[line_columns]] FROM {order_detail} d
 WHERE d.id_order IN (%(order_ids)s) ORDER BY d.id_order, d.id_order_detail LIMIT %(limit)s

-- name: lines_between
SELECT [[line_columns]] FROM {order_detail} d
 WHERE d.id_order >= %(first)s AND d.id_order <= %(last)s ORDER BY d.id_order, d.id_order_detail LIMIT %(limit)s

-- name: order_after
SELECT id_order FROM {orders} WHERE id_order > %(after)s ORDER BY id_order LIMIT 1

-- Five slices: rows of their orders, and one a slice of all lines under its ids, whosever they are. Those are written out
-- because a stretch of five is easily a tenth of the table, and then a server would rather read the whole table.
-- part: sums
SELECT o.id_order DIV 2000, COUNT(*), BIT_XOR([[order_digest]]), 0, 0 FROM {orders} o
 WHERE o.id_order > %(after)s AND o.id_order <= %(until)s AND [[order_of_ours]]
 GROUP BY o.id_order DIV 2000
UNION ALL SELECT %(slice)s + 0, [[lines_after]] + 0 AND d.id_order <= %(after)s + 2000
UNION ALL SELECT %(slice)s + 1, [[lines_after]] + 2000 AND d.id_order <= %(after)s + 4000
UNION ALL SELECT %(slice)s + 2, [[lines_after]] + 4000 AND d.id_order <= %(after)s + 6000
UNION ALL SELECT %(slice)s + 3, [[lines_after]] + 6000 AND d.id_order <= %(after)s + 8000
UNION ALL SELECT %(slice)s + 4, [[lines_after]] + 8000 AND d.id_order <= %(after)s + 10000

-- part: lines_after
0, 0, BIT_XOR([[line_digest]]), 0 FROM {order_detail} d WHERE d.id_order > %(after)s

-- name: slice_sums
[[sums]] LIMIT %(limit)s

-- name: slice_lines
-- The same, and apart the lines of orders of ours; one statement, so that all of it is of one moment.
[[sums]]
UNION ALL
SELECT o.id_order DIV 2000, 0, 0, 0, BIT_XOR([[line_digest]])
  FROM {order_detail} d JOIN {orders} o ON o.id_order = d.id_order
 WHERE d.id_order > %(after)s AND d.id_order <= %(until)s AND [[order_of_ours]]
 GROUP BY o.id_order DIV 2000 LIMIT %(limit)s

-- name: slice_digests
SELECT o.id_order, [[order_digest]] FROM {orders} o
 WHERE o.id_order > %(after)s AND o.id_order <= %(until)s AND [[order_of_ours]]
UNION ALL
SELECT o.id_order, BIT_XOR([[line_digest]])
  FROM {order_detail} d JOIN {orders} o ON o.id_order = d.id_order
 WHERE d.id_order > %(after)s AND d.id_order <= %(until)s AND [[order_of_ours]]
 GROUP BY o.id_order LIMIT %(limit)s

-- name: customers
SELECT c.id_customer, [[born]] FROM {customer} c
 WHERE c.id_customer IN (%(customers)s) AND c.deleted = 0 LIMIT %(limit)s

-- name: granting_history
-- By order first: by the row's id alone a server may rather walk the whole table than use the index.
SELECT id_order, date_add FROM {order_history}
 WHERE id_order IN (%(order_ids)s) AND id_order_state IN (%(granting)s)
 ORDER BY id_order, id_order_history LIMIT %(limit)s

-- name: granting_history_between
-- An order passes several paid states: only its first such row crosses the wire.
SELECT h.id_order, h.date_add FROM {order_history} h JOIN (
       SELECT MIN(id_order_history) AS first_row FROM {order_history}
        WHERE id_order >= %(first)s AND id_order <= %(last)s AND id_order_state IN (%(granting)s)
        GROUP BY id_order) f ON h.id_order_history = f.first_row
 ORDER BY h.id_order_history LIMIT %(limit)s

-- name: amount_only_slips
-- Credit slips that name money and no unit: nothing says which package they mean.
SELECT s.id_order, s.id_order_slip FROM {order_slip} s
 WHERE s.id_order IN (%(order_ids)s) AND NOT EXISTS (
       SELECT 1 FROM {order_slip_detail} d WHERE d.id_order_slip = s.id_order_slip AND d.product_quantity > 0)
 ORDER BY s.id_order, s.id_order_slip LIMIT %(limit)s

-- name: amount_only_slips_between
SELECT s.id_order, s.id_order_slip FROM {order_slip} s
 WHERE s.id_order >= %(first)s AND s.id_order <= %(last)s AND NOT EXISTS (
       SELECT 1 FROM {order_slip_detail} d WHERE d.id_order_slip = s.id_order_slip AND d.product_quantity > 0)
 ORDER BY s.id_order_slip LIMIT %(limit)s

-- name: paid_states
SELECT id_order_state FROM {order_state} WHERE paid = 1 ORDER BY id_order_state LIMIT 1000

-- name: settings_view
SELECT shop_id, name, value FROM {supportbridge_settings} LIMIT 1000

-- name: settings_table
SELECT id_shop, name, value FROM {configuration}
 WHERE name IN ('PS_OS_CANCELED', 'PS_OS_REFUND', 'PS_OS_ERROR', 'PS_TIMEZONE') LIMIT 1000

-- name: product_codes
-- Converted: a column of another charset and a code that it has no letters for can't be compared otherwise.
SELECT CAST(reference AS BINARY) FROM {product} WHERE CONVERT(reference USING utf8mb4) IN (%(codes)s)
 UNION SELECT CAST(reference AS BINARY) FROM {product_attribute}
 WHERE CONVERT(reference USING utf8mb4) IN (%(codes)s) LIMIT 1000
