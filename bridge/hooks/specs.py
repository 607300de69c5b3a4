"""The hooks a plugin can implement. Each is a promise: when, how often, what it returns, what happens if it raises."""

from collections.abc import Sequence

import pluggy

from bridge.contracts.chats import Receipt
from bridge.contracts.office import Delivery, Office, PluginTables
from bridge.contracts.public_routes import PublicRoute
from bridge.contracts.scheduling import JobRegistry
from bridge.contracts.shop import Finding, ShopAdapter, StoreConnection
from bridge.domain.events import (
    AgreementDeclined,
    AgreementOffered,
    AgreementReached,
    BackupLate,
    BalanceLow,
    BillChanged,
    BillSent,
    ChatMessageReady,
    ChatWaiting,
    ClockBreached,
    ClockEscalated,
    ClockWarning,
    CoinsCorrected,
    CoinsDeducted,
    CoinsGranted,
    CoinsReinstated,
    CoinsRevoked,
    GuestClaimed,
    HoldOld,
    LicenceChanged,
    LicenceExpired,
    LicenceExpiring,
    PackageExpired,
    PackageExpiring,
    ProblemOpened,
    QuoteApproved,
    QuoteDeclined,
    QuoteLapsing,
    QuoteOffered,
    QuoteReleased,
    TicketAnswered,
    TicketAssigned,
    TicketOpened,
    TicketReplied,
    TicketStateChanged,
    TimerEnded,
    TimerWarning,
    UrgencyDecided,
)

hookspec = pluggy.HookspecMarker("bridge")
hookimpl = pluggy.HookimplMarker("bridge")


class RegistrationHooks:
    """Called while the daemon or a command starts; they return quickly and do no I/O."""

    @hookspec(firstresult=True)
    def bridge_connect_store(self, store: StoreConnection) -> ShopAdapter | None:
        """Return the adapter for a store of your platform.

        When: for each enabled store at start, when its settings change, and each time the store is taken up. Only the
        plugin whose entry-point name is the store's `platform` is asked, so that no other sees its password.
        Return: an adapter that has not connected yet; None refuses the store.
        Raising: stops the start, naming the plugin and the cause; a reload leaves the old settings in force.
        Example: plugins/opencart returns its `OpenCartAdapter`.
        """

    @hookspec
    def bridge_settings(self) -> PluginTables | None:
        """Name the settings you read: pydantic models for your tables `[plugin.NAME]`.

        When: at start, when the settings are read again, and when a command shows or checks them; before `bridge_open`.
        Return: the models. What they refuse is told like any other wrong setting, with file, path and rule. A plugin
        without this hook has no settings, and a table of its name is refused.
        Raising: stops the start, naming the plugin.
        Example: plugins/mail returns `PluginTables(bridge=MailSettings, store=StoreMailSettings)`.
        """

    @hookspec
    def bridge_open(self, office: Office) -> None:
        """Keep your office: your settings, whom to write to, a queue that survives a crash, staff's attention.

        When: once at start, after your settings were found good and before the first event; also when `bridge check`
        runs, with an office that queues nothing.
        Return: nothing.
        Raising: stops the start, naming the plugin; `SettingsError` is shown as any wrong setting.
        Example: plugins/webhook keeps it and asks it for a store's address at each event.
        """

    @hookspec
    def bridge_schedule_jobs(self, scheduler: JobRegistry) -> None:
        """Register recurring jobs.

        When: once at start, after the desk is open.
        Return: nothing; call `scheduler.every(...)`.
        Raising: stops the start.
        Example: the built-in plugin registers the sweep that re-pushes accounts left behind.
        """

    @hookspec
    def bridge_health_checks(self) -> Sequence[Finding]:
        """Add lines to `bridge check`.

        When: each time `bridge check` runs, after `bridge_open`.
        Return: findings, in the order to be shown.
        Raising: shown as one wrong finding that names the plugin.
        Example: plugins/mail says whether its server answers.
        """
        return ()

    @hookspec
    def bridge_public_routes(self) -> Sequence[PublicRoute]:
        """Serve addresses of your own on the public listener.

        When: once at start, after `bridge_open`, and only where the settings say where the public pages listen.
        Return: the routes; each path begins with `/` and your plugin's name.
        Raising: stops the start, naming the plugin; so does a path that is not yours.
        Example: plugins/whatsapp takes the deliveries of its channel.
        """
        return ()


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


class EventHooks:
    """Called after the commit, from the outbox; written as `async def`.

    How often: at least once; `event.key` is the same each time. Each plugin is called alone: one that raises or takes
    longer than 30 s is logged and tried again later with growing pauses, up to a week; then staff get a problem. It
    neither undoes the event nor stops other plugins.
    """

    @hookspec
    async def bridge_coins_granted(self, event: CoinsGranted) -> None:
        """An account received coins.

        When: after the grant's entry is committed, usually within seconds of the payment in the shop. Not for a first
        sync (rule C2).
        Return: nothing.
        Example: a mail plugin tells the customer.
        """

    @hookspec
    async def bridge_coins_revoked(self, event: CoinsRevoked) -> None:
        """Coins were taken back (rule C14). `event.coins` is what was taken, `event.reason` a stable word for why.

        `revoked`: the order owes fewer units. `chargeback`: the bank took its payment back; the account is frozen too.
        When: after the entry is committed. Return: nothing. Example: a mail plugin tells staff.
        """

    @hookspec
    async def bridge_coins_reinstated(self, event: CoinsReinstated) -> None:
        """Coins of an earlier revocation came back, with the package's old end (rule C14).

        When: after the entry is committed. Return: nothing. Example: a mail plugin tells the customer.
        """

    @hookspec
    async def bridge_coins_corrected(self, event: CoinsCorrected) -> None:
        """Staff corrected an account by `event.coins`, which may be negative (rule C15).

        When: after the entry is committed. Return: nothing. Example: a webhook keeps an accountant's copy.
        """

    @hookspec
    async def bridge_quote_offered(self, event: QuoteOffered) -> None:
        """Staff offered a quote, or a new version of one (rules C7 and C8).

        When: after the offer is committed. Return: nothing. Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_quote_lapsing(self, event: QuoteLapsing) -> None:
        """A quote can be approved for a short while only (rule C8).

        When: before its end, once a version, and only while it is still open. Return: nothing.
        Example: plugins/mail reminds the customer.
        """

    @hookspec
    async def bridge_quote_approved(self, event: QuoteApproved) -> None:
        """The customer approved a quote, and its coins are held (rule C7).

        When: after the hold is committed, once however often the customer pressed. Return: nothing.
        Example: plugins/mail tells staff that the work can start.
        """

    @hookspec
    async def bridge_quote_declined(self, event: QuoteDeclined) -> None:
        """The customer declined a quote.

        When: after the decision is committed. Return: nothing. Example: plugins/mail tells staff.
        """

    @hookspec
    async def bridge_quote_released(self, event: QuoteReleased) -> None:
        """What was held for a quote was given back; `event.reason` says why in a stable word (rules C5, C7, C11).

        When: after the release is committed. Return: nothing. Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_coins_deducted(self, event: CoinsDeducted) -> None:
        """Coins were deducted for a ticket: `event.spent`, and `event.available` remain (rule C17).

        When: after the settlement is committed. Return: nothing. Example: plugins/mail tells the customer both numbers.
        """

    @hookspec
    async def bridge_hold_old(self, event: HoldOld) -> None:
        """Coins have been held for long without being settled or released (rule C7).

        When: once a hold. Return: nothing. Example: plugins/mail reminds staff.
        """

    @hookspec
    async def bridge_package_expiring(self, event: PackageExpiring) -> None:
        """A package with coins left ends in `event.days` days (rule C17).

        When: at each of the store's reminders, each once; of several that fell due while the bridge was off, only the
        last is told, and `instead_of` names the others. Not for an empty package. Return: nothing.
        Example: plugins/mail reminds the customer.
        """

    @hookspec
    async def bridge_package_expired(self, event: PackageExpired) -> None:
        """A package has ended, and `event.coins` of it were forfeited (rules C5 and C17).

        When: after the forfeiting entry is committed. Not for an empty package. Return: nothing.
        Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_balance_low(self, event: BalanceLow) -> None:
        """Less than a fifth of the newest package is available (rule C17).

        When: after the entry that brought it there is committed, once a package. Return: nothing.
        Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_licence_changed(self, event: LicenceChanged) -> None:
        """A licence was issued, suspended, reinstated, renewed, assigned or released: `event.change` (rules L1, L5).

        When: after it is committed, usually within seconds of the change in the shop. Not for a first sync (rule C2).
        Return: nothing. Example: plugins/mail tells the customer, without the key.
        """

    @hookspec
    async def bridge_licence_expiring(self, event: LicenceExpiring) -> None:
        """A licence ends in `event.days` days (rule L6).

        When: so many days before its end, once for each of `licences.expiring_days`; not while it is suspended.
        Return: nothing. Example: plugins/mail sends the customer the way to a renewal.
        """

    @hookspec
    async def bridge_licence_expired(self, event: LicenceExpired) -> None:
        """A licence has ended, its days of grace included (rule L6).

        When: after its last second, once for each end. Return: nothing.
        Example: plugins/mail sends the customer the way to a renewal.
        """

    @hookspec
    async def bridge_ticket_opened(self, event: TicketOpened) -> None:
        """A customer opened a ticket; its words are not part of the event (rule D1), what he was promised is (T8).

        When: after it is committed. Return: nothing. Example: plugins/mail tells staff, and the customer until when he
        has an answer.
        """

    @hookspec
    async def bridge_ticket_replied(self, event: TicketReplied) -> None:
        """A customer wrote about one of his tickets; his words are not part of the event (rule D1).

        When: after it is committed, once a message. Return: nothing. Example: plugins/mail tells staff.
        """

    @hookspec
    async def bridge_ticket_assigned(self, event: TicketAssigned) -> None:
        """A ticket was given to somebody of the staff by somebody else; who takes one himself is told nothing.

        When: after it is committed, once each time. Return: nothing. Example: plugins/mail tells who is named in
        `event.to`.
        """

    @hookspec
    async def bridge_ticket_answered(self, event: TicketAnswered) -> None:
        """Staff wrote to a customer about one of his tickets; their words are not part of the event (rule D1).

        When: after it is committed, once a message. Return: nothing. Example: plugins/mail sends the customer to his
        page, where he reads them.
        """

    @hookspec
    async def bridge_ticket_state_changed(self, event: TicketStateChanged) -> None:
        """A ticket stands otherwise than before: it is whose turn `event.state` says (rule T10).

        When: after it is committed, once a change. Return: nothing. Example: a webhook keeps a board of tickets.
        """

    @hookspec
    async def bridge_urgency_decided(self, event: UrgencyDecided) -> None:
        """Staff decided about a ticket's urgency (rule T3); their reason is not part of the event (rule D1).

        When: after it is committed. Return: nothing. Example: plugins/mail sends the customer of a ticket that is not
        urgent to his page, where he reads why.
        """

    @hookspec
    async def bridge_clock_warning(self, event: ClockWarning) -> None:
        """A part of the time for an answer has passed, and there is none (rule T7).

        When: after it is committed, at that moment or, for people who are told in their own hours alone, when these
        begin. Each person is named in `event.to` once a step. Return: nothing. Example: plugins/mail tells them.
        """

    @hookspec
    async def bridge_clock_breached(self, event: ClockBreached) -> None:
        """What was guaranteed was not kept (rule T7).

        When, return, example: as with `bridge_clock_warning`.
        """

    @hookspec
    async def bridge_clock_escalated(self, event: ClockEscalated) -> None:
        """A promise has been broken for `event.hours` hours, and those are told who can help (rule T7).

        When, return, example: as with `bridge_clock_warning`.
        """

    @hookspec
    async def bridge_agreement_offered(self, event: AgreementOffered) -> None:
        """Staff offered premium time to a contact, or a new version of an offer (rule W5).

        When: after it is committed, once a version. Return: nothing. Example: plugins/mail tells a customer that there
        is something to decide on his page. Note: the words are no part of the event; whoever shows them asks the desk.
        """

    @hookspec
    async def bridge_agreement_reached(self, event: AgreementReached) -> None:
        """A contact accepted premium time (rule W5).

        When: after it is committed, once an agreement. Return: nothing. Example: plugins/mail tells the customer and
        staff.
        """

    @hookspec
    async def bridge_agreement_declined(self, event: AgreementDeclined) -> None:
        """A contact declined premium time (rule W5).

        When: after it is committed, once a version. Return: nothing. Example: plugins/mail tells staff.
        """

    @hookspec
    async def bridge_timer_warning(self, event: TimerWarning) -> None:
        """A running timer is about to end by itself (rule W6).

        When: some minutes before, once a segment. Return: nothing. Example: plugins/mail tells the agent.
        """

    @hookspec
    async def bridge_timer_ended(self, event: TimerEnded) -> None:
        """A running timer has ended by itself (rule W6).

        When: when it ends, once a segment. Return: nothing. Example: plugins/mail tells the agent where nobody had
        chosen it.
        """

    @hookspec
    async def bridge_bill_sent(self, event: BillSent) -> None:
        """The final statement of a bill is the customer's to read (rule W8).

        When: after it is committed, whenever it is sent. Return: nothing. Example: plugins/mail tells the customer.
        """

    @hookspec
    async def bridge_bill_changed(self, event: BillChanged) -> None:
        """A bill stands otherwise than before, or a line corrects it (rule W8).

        When: after it is committed, once a change. Return: nothing. Example: plugins/mail tells the customer that it is
        due, paid or corrected.
        """

    @hookspec
    async def bridge_guest_claimed(self, event: GuestClaimed) -> None:
        """Somebody claims a guest's order: its one-time code must reach the order's address (rule C19).

        When: after the claim is committed. Return: nothing. Whoever delivers the code asks `Office.code` for it.
        Example: plugins/mail sends it to the order's address.
        """

    @hookspec
    async def bridge_chat_message_ready(self, event: ChatMessageReady) -> None:
        """A message of ours is to be sent to a contact; neither its words nor his address are part of the event.

        When: after it is committed; again, with another key, once a message that waited can go out (rule W10).
        Return: nothing. Example: plugins/whatsapp queues it, and asks `Office.chats` for the words when it sends it.
        """

    @hookspec
    async def bridge_chat_waiting(self, event: ChatWaiting) -> None:
        """A contact waits for an answer of the staff named in `event.to`; his words are not part of it (rule D1).

        When: after his message is committed, once until somebody has answered. Return: nothing.
        Example: plugins/mail tells them.
        """

    @hookspec
    async def bridge_problem_opened(self, event: ProblemOpened) -> None:
        """Something waits for staff that did not wait before.

        When: within two minutes, at most six an hour a store: of more, the last of the six tells how many there are.
        Not for a problem that is seen again while it is open. Return: nothing. Example: plugins/mail tells staff.
        """

    @hookspec
    async def bridge_backup_late(self, event: BackupLate) -> None:
        """The desk has not been backed up for `event.hours` hours, which is longer than the settings allow.

        When: once for each backup that is too old, for each enabled store. Return: nothing.
        Example: plugins/mail tells staff.
        """
