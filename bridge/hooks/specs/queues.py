"""Hooks that are called with what a plugin has queued or kept at its office."""

from bridge.contracts.chats import Receipt
from bridge.contracts.office import Delivery
from bridge.hooks.specs.marking import hookspec


class ReceiptHooks:
    """Called with what `Office.keep` has kept; written as `async def`."""

    @hookspec
    async def bridge_handle(self, receipt: Receipt) -> None:
        """Do what follows from something that came from outside, and return when that is on the disk.

        When: as soon as it is kept, in the order of arrival, one at a time for each plugin. Only the plugin that kept
        it is asked.
        How often: until it is done: at least once. A crash between the last thing done and the desk's note of it hands
        it over again: same key, same body.
        Return: nothing; the receipt is done then, and is forgotten after some days.
        Raising: `ReceiptRefused` ends it, and staff are told. Anything else, and taking longer than 60 s, is logged
        and tried again with growing pauses for a week, while later ones go on; then staff get a problem. Only the text
        of the bridge's own errors is logged, because others could quote what was written.
        Example: plugins/whatsapp reads the messages out of a delivery and hands each to `Office.chats`.
        """


class DeliveryHooks:
    """Called by the queue that `Office.queue` fills; written as `async def`."""

    @hookspec
    async def bridge_deliver(self, delivery: Delivery) -> None:
        """Deliver one of the messages that you have queued, and return when the receiver has taken it.

        When: as soon as it is queued, oldest first, one at a time for each plugin. Only the plugin that queued it is
        asked, and what its receiver does holds up no other plugin.
        How often: until it is delivered: at least once. A crash between the receiver's answer and the desk's note of it
        sends it again: same key, same document.
        Return: nothing; the message is delivered then.
        Raising: `DeliveryRefused` ends it and tells staff. `DeliveryNeedless` ends it unsent. `DeliverLater` postpones
        it. Anything else, and taking longer than 60 s, is logged and tried again with growing pauses for a week; then
        staff get a problem. Only the text of the bridge's own errors is logged, because others could quote an address
        or a secret.
        Example: plugins/mail hands the message to the mail server.
        """
