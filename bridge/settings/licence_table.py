"""A vendor's own table of licences in the shop's database: which column says what (rule L8).

Believes: the table is somebody else's and only read. What a column does not say can be written here once for all rows.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from bridge.settings.base import Broken, Section, all_broken, broken, check_label
from bridge.settings.values import toml_text

_NAME = re.compile(r"[A-Za-z0-9_$]{1,64}")
Standing = Literal["active", "expired", "suspended"]


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise broken("must be the name of a table or a column: letters, digits and _, at most 64")
    return text


def _label(text: str) -> str:
    return check_label(text, longest=64)


def _frozen(words: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(words))


def _date_format(text: str) -> str:
    if text not in {"sql", "unix"} and ("%Y" not in text or not any(sign in text for sign in ("%m", "%b", "%B"))):
        raise broken('must be "sql", "unix", or a pattern with %Y and %m such as "%d.%m.%Y"')
    return check_label(text, longest=40)


Name = Annotated[str, AfterValidator(_name)]
Label = Annotated[str, AfterValidator(_label)]


class Mapped(Section):
    """Where one thing about a licence stands: in a column of the table, or here, the same for all rows."""

    shown_as_one = True

    column: Name | None = Field(default=None, description="The column of the table that says it.")
    value: str | int | None = Field(default=None, description="What holds for every row.")

    @model_validator(mode="before")
    @classmethod
    def _says_where(cls, written: object) -> object:
        if not isinstance(written, Mapping):
            raise broken('must be { column = "name" }, or { value = "what holds for every row" }')
        return written

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.column is None) == (self.value is None):
            raise broken("must name exactly one of column and value", value="")
        return self

    def __str__(self) -> str:
        return f"column {self.column}" if self.column is not None else f"value {toml_text(self.value)}"


class LicenceTableSettings(Section):
    """The table, and where each thing stands in it."""

    table: Name = Field(
        description="The full name of the table, prefix included.",
        examples=['"oc_my_licences"'],
    )
    id_column: Name = Field(
        description="The column with a number of its own for each row, by which the table is read in parts.",
        examples=['"id"'],
    )
    key: Mapped = Field(description="The licence's key, as its owner has it.", examples=['{ column = "licence_key" }'])
    product: Mapped = Field(
        description="The product, as one of the keys above or as products translates it.",
        examples=['{ value = "seo" }'],
    )
    customer_id: Mapped | None = Field(default=None, description="The shop's number of the customer.")
    email: Mapped | None = Field(
        default=None,
        description=(
            "The customer's e-mail address, where there is no number; it only suggests who he is, until you link the "
            "licence (rule C19)."
        ),
    )
    status: Mapped | None = Field(default=None, description="The status, which statuses translates; left out, active.")
    starts: Mapped | None = Field(default=None, description="From when it is valid; left out, from ever.")
    licence_until: Mapped | None = Field(
        default=None, description="Until when it may be used; left out or empty, for good."
    )
    updates_until: Mapped | None = Field(
        default=None, description="Until when there are updates; left out or empty, for good."
    )
    support_until: Mapped | None = Field(
        default=None, description="Until when there is help by ticket; left out or empty, for good."
    )
    domains: Mapped | None = Field(
        default=None, description="On how many domains it may be used, 0 any number; left out, as the product says."
    )
    order_id: Mapped | None = Field(default=None, description="The shop's number of the order.")
    products: Annotated[Mapping[Label, Label], AfterValidator(_frozen), PlainSerializer(dict)] = Field(
        default={}, description='What the table calls the products: { "17" = "seo" }; left out, it has their keys.'
    )
    statuses: Annotated[Mapping[Label, Standing], AfterValidator(_frozen), PlainSerializer(dict)] = Field(
        default={},
        description=(
            'What the table\'s statuses mean, active, expired or suspended: { "1" = "active", "0" = "suspended" }; '
            "left out, it has these words. A row that is expired has ended at the latest when that is read; grace_days "
            "follow, as after any end, and suspended has none."
        ),
    )
    date_format: Annotated[str, AfterValidator(_date_format)] = Field(
        default="sql",
        description=(
            'How dates are written: "sql" (2026-12-31, with or without a time), "unix" (seconds), or a pattern such as '
            '"%d.%m.%Y".'
        ),
    )

    ignore_other_products: bool = Field(
        default=False,
        description=(
            "Whether rows of a product that the table's products don't name are left out in silence; otherwise you are "
            "told of them."
        ),
    )
    zero_dates: bool = Field(
        default=False,
        description=(
            "Whether a date of nothing but zeros (0000-00-00, 0) is one that never comes; otherwise the row is not "
            "believed, and you are told."
        ),
    )

    @model_validator(mode="after")
    def _whose_it_is(self) -> Self:
        if (self.customer_id is None) == (self.email is None):
            raise broken("must name exactly one of customer_id and email", value="")
        if self.key.column is None:
            raise all_broken([Broken("must be a column: no two licences have one key", ("key",), "")])
        return self

    def unfit_products(self, known: Mapping[str, object]) -> list[Broken]:
        """What the table is said to call a product that there is not."""
        rule = f"must be the key of a product of this file ({', '.join(known) or 'there is none'})"
        found = [
            Broken(rule, ("table", "products", word), f'"{key}"')
            for word, key in self.products.items()
            if key not in known
        ]
        if self.product.value is not None and self._meant(str(self.product.value)) not in known:
            found.append(Broken(rule, ("table", "product"), f'"{self.product.value}"'))
        return found

    def _meant(self, word: str) -> str:
        return self.products.get(word, word)
