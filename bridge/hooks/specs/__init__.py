"""The hooks a plugin can implement. Each is a promise: when, how often, what it returns, what happens if it raises."""

from bridge.hooks.specs.chats import ChatHooks
from bridge.hooks.specs.coins import CoinHooks
from bridge.hooks.specs.licences import LicenceHooks
from bridge.hooks.specs.marking import hookimpl, hookspec
from bridge.hooks.specs.premium import PremiumHooks
from bridge.hooks.specs.queues import DeliveryHooks, ReceiptHooks
from bridge.hooks.specs.quotes import QuoteHooks
from bridge.hooks.specs.registration import RegistrationHooks
from bridge.hooks.specs.staff import StaffHooks
from bridge.hooks.specs.tickets import TicketHooks

__all__ = ["DeliveryHooks", "EventHooks", "ReceiptHooks", "RegistrationHooks", "hookimpl", "hookspec"]


class EventHooks(CoinHooks, QuoteHooks, LicenceHooks, TicketHooks, PremiumHooks, ChatHooks, StaffHooks):
    """Called after the commit, from the outbox; written as `async def`.

    How often: at least once; `event.key` is the same each time. Each plugin is called alone: one that raises or takes
    longer than 30 s is logged and tried again later with growing pauses, up to a week; then staff get a problem. It
    neither undoes the event nor stops other plugins.
    """
