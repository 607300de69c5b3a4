"""How long personal data is kept (rules D3, D4).

Believes: entries, amounts, hashes and the audit trail are the vendor's books and are kept for good; what people wrote,
and what only served to carry it, has an end.
"""

from typing import Annotated

from pydantic import Field

from bridge.settings.base import Section

LONGEST_DAYS = 3_650


class PrivacySettings(Section):
    """Days after which personal data is forgotten."""

    inbox_days: Annotated[int, Field(ge=7, le=LONGEST_DAYS)] = Field(
        default=90,
        description=(
            "For how many days the shop keeps what customers sent on their pages, and the answers; a backup older than "
            "that can't bring them back."
        ),
    )
    messages_days: Annotated[int, Field(ge=0, le=LONGEST_DAYS)] = Field(
        default=0,
        description=(
            "After how many days without anything new the texts of a ticket and its quotes are erased; 0 keeps them."
        ),
    )
    files_days: Annotated[int, Field(ge=0, le=LONGEST_DAYS)] = Field(
        default=0, description="How many days after it was sent a file is erased, its message stays; 0 keeps files."
    )
    chat_days: Annotated[int, Field(ge=0, le=LONGEST_DAYS)] = Field(
        default=365,
        description=(
            "How many days after it was said a chat message is emptied, and a contact forgotten who is no customer and "
            "agreed on nothing; 0 keeps them."
        ),
    )
    receipt_days: Annotated[int, Field(ge=1, le=90)] = Field(
        default=7,
        description=(
            "For how many days what a chat channel delivered is kept as it came; of several stores the longest counts."
        ),
    )
    deliveries_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = Field(
        default=90, description="For how many days it is remembered which messages were sent, or never will be."
    )
    deleted_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = Field(
        default=90,
        description="How many days after a customer was deleted in the shop staff are asked to erase what he left.",
    )
