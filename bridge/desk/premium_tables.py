"""The desk's tables of premium time: contacts, agreements, worked time, bills and what orders pay of them (W4 to W8).

Times are integer milliseconds since 1970 in UTC, counters milliseconds since the machine was started, worked time whole
seconds, money a decimal number as text beside its currency. Evidence is written once; a trigger refuses to delete it,
and lines of bills too.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from bridge.desk.tables import metadata

contact = Table(
    "contact",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id")),
    Column("language", String(8), nullable=False),
    Column("name", Text, nullable=False),
    Column("blocked", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)
Index("ix_contact_account_id", contact.c.account_id)
Index("ix_contact_store_id", contact.c.store_id, contact.c.id)

agreement = Table(
    "agreement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("ticket_id", Integer, ForeignKey("ticket.id")),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("closed_ms", BigInteger),
    Column("billed_steps", Integer),
    Column("number", Integer, nullable=False),
    Column("pushed_number", Integer, nullable=False, server_default=text("0")),
)
Index("ix_agreement_contact_id", agreement.c.contact_id)
Index("ix_agreement_ticket_id", agreement.c.ticket_id)
AGREEMENT_WAITS = text("agreement.pushed_number < agreement.number")
Index("ix_agreement_waiting", agreement.c.store_id, agreement.c.id, sqlite_where=text("pushed_number < number"))

agreement_version = Table(
    "agreement_version",
    metadata,
    Column("agreement_id", Integer, ForeignKey("agreement.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("rate", String(32), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("digits", Integer, nullable=False),
    Column("cap_steps", Integer, nullable=False),
    Column("texts", Text, nullable=False),
    Column("hashes", Text, nullable=False),
    Column("offered_ms", BigInteger, nullable=False),
    Column("valid_until_ms", BigInteger, nullable=False),
    Column("staff", String(128), nullable=False),
    sqlite_with_rowid=False,
)

agreement_decision = Table(
    "agreement_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("agreement_id", Integer, ForeignKey("agreement.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("what", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("evidence", String(191), nullable=False),
    Column("staff", String(128)),
    Column("words", Text, nullable=False),
)
Index(
    "uq_agreement_decision_once",
    agreement_decision.c.agreement_id,
    agreement_decision.c.version,
    agreement_decision.c.what,
    unique=True,
)

time_segment = Table(
    "time_segment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("agreement_id", Integer, ForeignKey("agreement.id")),
    Column("agent", String(128), nullable=False),
    Column("person", String(191), nullable=False),
    Column("source", String(16), nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("boot", String(64), nullable=False),
    Column("counter_ms", BigInteger, nullable=False),
    Column("waiting_ms", BigInteger),
    Column("waiting_boot", String(64), nullable=False),
    Column("waiting_counter_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("worked_s", Integer),
    Column("ending", String(16)),
    Column("reason", Text, nullable=False),
)
RUNS = text("worked_s IS NULL")
Index("uq_time_segment_person", time_segment.c.person, unique=True, sqlite_where=RUNS)
Index(
    "uq_time_segment_agreement",
    time_segment.c.agreement_id,
    unique=True,
    sqlite_where=text("worked_s IS NULL AND agreement_id IS NOT NULL"),
)
Index("ix_time_segment_agreement_id", time_segment.c.agreement_id)
Index("ix_time_segment_contact_id", time_segment.c.contact_id)
Index("ix_time_segment_worked", time_segment.c.person, time_segment.c.ended_ms)
Index("ix_time_segment_ended", time_segment.c.store_id, time_segment.c.ended_ms)

bill = Table(
    "bill",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("digits", Integer, nullable=False),
    Column("month", String(10), nullable=False),
    Column("sent_ms", BigInteger),
    Column("billed_ms", BigInteger),
    Column("paid_ms", BigInteger),
    Column("paid_by", String(191), nullable=False),
    Column("number", Integer, nullable=False),
    Column("pushed_number", Integer, nullable=False, server_default=text("0")),
)
Index("ix_bill_contact_id", bill.c.contact_id)
BILL_SHOWS = "state NOT IN ('draft', 'gathered')"
BILL_WAITS = text(f"bill.pushed_number < bill.number AND bill.{BILL_SHOWS}")
Index("ix_bill_waiting", bill.c.store_id, bill.c.id, sqlite_where=text(f"pushed_number < number AND {BILL_SHOWS}"))

bill_line = Table(
    "bill_line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bill_id", Integer, ForeignKey("bill.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("agreement_id", Integer, ForeignKey("agreement.id"), nullable=False),
    Column("work", String(64), nullable=False),
    Column("rate", String(32), nullable=False),
    Column("steps", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("worked_s", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("staff", String(128)),
)
Index("uq_bill_line_position", bill_line.c.bill_id, bill_line.c.position, unique=True)
Index(
    "uq_bill_line_time",
    bill_line.c.agreement_id,
    unique=True,
    sqlite_where=text("kind = 'time'"),
)
Index("ix_bill_line_at", bill_line.c.at_ms)

bill_decision = Table(
    "bill_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bill_id", Integer, ForeignKey("bill.id"), nullable=False),
    Column("what", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("evidence", String(191), nullable=False),
    Column("staff", String(128)),
    Column("words", Text, nullable=False),
)
Index("ix_bill_decision_bill_id", bill_decision.c.bill_id)

order_payment = Table(
    "order_payment",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("amount", String(32), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("digits", Integer, nullable=False),
    Column("bill_id", Integer, ForeignKey("bill.id")),
    Column("at_ms", BigInteger, nullable=False),
    Column("units", Text, nullable=False),
    Column("stands", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_order_payment_bill_id", order_payment.c.bill_id)
Index("ix_order_payment_account_id", order_payment.c.account_id)
