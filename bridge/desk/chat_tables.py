"""The desk's tables of conversations.

Times are integer milliseconds since 1970 in UTC. What people wrote, what they call themselves and where they are
reached can be erased (rules D1, D2); that something was said, when, and in which agreement it counts, stays.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from bridge.desk.tables import metadata

NOTHING = text("''")

contact_address = Table(
    "contact_address",
    metadata,
    Column("contact_id", Integer, ForeignKey("contact.id"), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("user_id", String(191), nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "uq_contact_address_phone",
    contact_address.c.store_id,
    contact_address.c.channel,
    contact_address.c.phone,
    unique=True,
    sqlite_where=contact_address.c.phone != NOTHING,
)
Index(
    "uq_contact_address_user_id",
    contact_address.c.store_id,
    contact_address.c.channel,
    contact_address.c.user_id,
    unique=True,
    sqlite_where=contact_address.c.user_id != NOTHING,
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("number", String(32), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("route", String(16), nullable=False),
    Column("last_in_ms", BigInteger),
    Column("replied_ms", BigInteger),
    Column("waiting_ms", BigInteger),
    Column("ticket_id", Integer, ForeignKey("ticket.id")),
    Column("touched_ms", BigInteger, nullable=False),
    UniqueConstraint("store_id", "contact_id", "number"),
)
Index("ix_conversation_touched", conversation.c.store_id, conversation.c.touched_ms, conversation.c.id)
Index("ix_conversation_contact_id", conversation.c.contact_id)
Index("ix_conversation_ticket_id", conversation.c.ticket_id, sqlite_where=conversation.c.ticket_id.is_not(None))

chat_message = Table(
    "chat_message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("conversation_id", Integer, ForeignKey("conversation.id"), nullable=False),
    Column("direction", String(8), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("external_id", String(191), nullable=False),
    Column("context", String(191), nullable=False),
    Column("button", String(191), nullable=False),
    Column("buttons", Text, nullable=False),
    Column("template", String(64), nullable=False),
    Column("state", String(16)),
    Column("readied", Integer, nullable=False),
    Column("reference", String(36), nullable=False),
    Column("staff", String(128)),
    Column("error", Text, nullable=False),
    Column("agreement_id", Integer, ForeignKey("agreement.id")),
    Column("message_id", Integer, ForeignKey("message.id")),
    Column("media_id", String(191), nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("media_name", Text, nullable=False),
    Column("media_size", BigInteger, nullable=False),
    Column("media_sha256", String(64), nullable=False),
    Column("media_state", String(16), nullable=False),
)
Index(
    "uq_chat_message_external_id",
    chat_message.c.store_id,
    chat_message.c.external_id,
    unique=True,
    sqlite_where=chat_message.c.external_id != NOTHING,
)
Index(
    "uq_chat_message_reference",
    chat_message.c.reference,
    unique=True,
    sqlite_where=chat_message.c.reference != NOTHING,
)
Index("ix_chat_message_conversation_id", chat_message.c.conversation_id, chat_message.c.at_ms, chat_message.c.id)
Index(
    "ix_chat_message_media_due",
    chat_message.c.id,
    sqlite_where=chat_message.c.media_state == text("'due'"),
)
Index(
    "ix_chat_message_media_sha256",
    chat_message.c.store_id,
    chat_message.c.media_sha256,
    sqlite_where=chat_message.c.media_sha256 != NOTHING,
)
Index(
    "ix_chat_message_message_id",
    chat_message.c.message_id,
    sqlite_where=chat_message.c.message_id.is_not(None),
)
Index(
    "ix_chat_message_waiting",
    chat_message.c.conversation_id,
    sqlite_where=chat_message.c.state == text("'waiting'"),
)

early_status = Table(
    "early_status",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("external_id", String(191), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

chat_code = Table(
    "chat_code",
    metadata,
    Column("account_id", Integer, ForeignKey("account.id"), primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("code", String(16), nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
Index("uq_chat_code_code", chat_code.c.store_id, chat_code.c.code, unique=True)

code_try = Table(
    "code_try",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact_id", Integer, ForeignKey("contact.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)
Index("ix_code_try_contact_id", code_try.c.contact_id, code_try.c.at_ms)
