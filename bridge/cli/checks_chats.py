"""What the numbers that contacts write to still lack, for `bridge check`."""

from bridge.contracts.shop import Finding, Level
from bridge.domain.premium import NumberRole
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
