"""Agreements and bills are shown to customers: rows of contacts that are linked to one.

What a contact without a shop account has is kept here and not shown; it is once he is linked, and goes when he is not.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    TextClause,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from bridge.desk.premium_tables import contact
from bridge.desk.shown_rows import ZERO, ShownStatements
from bridge.desk.statements import Statement, any_of


class PremiumStatements(ShownStatements):
    """The statements of one table, whose rows `found` joins with their contacts."""

    def __init__(
        self, table: Table, found: Select[Any], waits: TextClause, *shows: ColumnElement[bool] | TextClause
    ) -> None:
        columns, linked = table.c, contact.c.account_id.is_not(None)
        was_shown = columns.pushed_number > ZERO  # to a customer whose contact is linked to nobody any more
        super().__init__(table, found.where(or_(linked, was_shown)), waits, linked, *shows)
        next_one = columns.number + literal_column("1")
        whose = select(contact.c.account_id).where(contact.c.id == columns.contact_id).scalar_subquery()
        not_shown = func.min(columns.pushed_number, ZERO)
        anew = {"number": next_one, "pushed_number": case((whose.is_(None), columns.pushed_number), else_=not_shown)}
        """What was shown of a contact who is linked to nobody any more still has to go off the page."""
        self.again = Statement(update(table).where(columns.store_id == bindparam("store")).values(anew))
        self.of_contacts_anew = Statement(
            update(table)
            .where(any_of(columns.contact_id, "contacts"))
            .values(number=next_one, pushed_number=func.max(columns.pushed_number, ZERO))
        )
        """Also what was kept back: what its row would have shown is nobody's any more."""
