"""What the settings of premium time and of its numbers still lack, for `bridge check`."""

from bridge.contracts.shop import Finding, Level
from bridge.domain.premium import STEP, NumberRole
from bridge.engine.setup import StoreSetup
from bridge.settings import StoreSettings


def chat_findings(store: StoreSettings) -> list[Finding]:
    """Whether the automatic reply of an official number can name a page for help after the purchase (rule W2)."""
    premium = StoreSetup.of(store).premium
    if premium.ticket_page or not premium.of_role(NumberRole.OFFICIAL):
        return []
    text = "the official number's automatic reply names no address for help after the purchase, only the account page"
    remedy = f"{store.source}: set account_url, or premium.ticket_page"
    return [Finding("automatic reply", Level.WARNING, text, remedy)]


def payment_findings(store: StoreSettings) -> list[Finding]:
    """Whether the products that pay bills can pay each kind of work: an order pays what it comes to (rule W8)."""
    unpayable = StoreSetup.of(store).premium.unpayable
    if not unpayable:
        return []
    quarters = ", ".join(f"{one.key} {one.rate.for_duration(STEP)}" for one in unpayable)
    text = f"no product comes to a quarter of an hour by whole units: {quarters}; such a bill can't be paid by an order"
    remedy = f"{store.source}: choose a unit in premium.payments that goes into a quarter of an hour without a rest"
    return [Finding("payments", Level.WARNING, text, remedy)]
