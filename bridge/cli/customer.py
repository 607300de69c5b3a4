"""How commands take a customer, and how they name one: `77`, `guest:1042`, `former:17`, `visitor:9`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bridge.domain.accounts import Owner

MOST_DIGITS = 19

Customer = Annotated[
    str, typer.Argument(metavar="CUSTOMER", help="The customer's id in the shop, or guest:ORDER for a guest's order.")
]


def owner_of(text: str) -> "Owner":
    """Who is meant. Raises `UsageError` for what names nobody."""
    from bridge.domain.accounts import Owner, OwnerKind
    from bridge.errors import UsageError

    kind, number = OwnerKind.CUSTOMER, text.strip()
    for other in (OwnerKind.GUEST, OwnerKind.FORMER, OwnerKind.VISITOR, OwnerKind.HOLDER):
        if number.startswith(f"{other}:"):
            kind, number = other, number.removeprefix(f"{other}:")
    if not (number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS) or not 1 <= int(number) < 2**63:
        raise UsageError(f"{text} names no customer: give the shop's customer id (77), or guest:ORDER (guest:1042)")
    return Owner(kind, int(number))


def named(owner: "Owner") -> str:
    """The customer as a command takes him."""
    from bridge.domain.accounts import OwnerKind

    return str(owner.ref) if owner.kind is OwnerKind.CUSTOMER else f"{owner.kind}:{owner.ref}"


def owner_document(owner: "Owner") -> dict[str, Any]:
    """Whose account it is, for programs."""
    return {"kind": owner.kind.value, "id": owner.ref}
