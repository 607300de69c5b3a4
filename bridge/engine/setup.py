"""A store as the engine needs it, made from its settings once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bridge import VERSION
from bridge.contracts.shop import DatabaseAccess, StoreConnection
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.licences import LicenceBook, LicenceTerms, Product, Term
from bridge.domain.mapped_licences import LicenceTable, RowField
from bridge.domain.orders import StatusSets
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.premium import PremiumTerms
from bridge.domain.purchases import StoreTerms
from bridge.domain.rights import Price, Right, RightBook, RightKind
from bridge.domain.ticket_terms import TicketTerms
from bridge.services.account_pages import PageTerms
from bridge.settings import StoreSettings, SyncSettings


@dataclass(frozen=True, slots=True)
class StoreSetup:
    """One store's settings in the shapes that the rules and the adapter take."""

    settings: StoreSettings
    plans: PlanBook
    licences: LicenceBook
    premium: PremiumTerms

    @classmethod
    def of(cls, settings: StoreSettings) -> "StoreSetup":
        """Read the settings into a setup."""
        plans = (
            Plan(
                key=key,
                rank=rank,
                coins=plan.coins,
                valid_months=plan.valid_months,
                product_codes=tuple(plan.product_codes),
                names=_names(plan.name),
                service=plan.calendar(settings.zone_info),
                buy_url=plan.buy_url,
            )
            for rank, (key, plan) in enumerate(settings.plans.items(), start=1)
        )
        return cls(settings, PlanBook(plans), _licence_book(settings), _premium_terms(settings))

    @property
    def name(self) -> str:
        """The store's name."""
        return self.settings.name

    @property
    def sync(self) -> SyncSettings:
        """Its pace."""
        return self.settings.sync

    def terms(self, statuses: StatusSets) -> StoreTerms:
        """What decides about coins and licences, with the statuses in force."""
        settings = self.settings
        return StoreTerms(
            name=settings.name,
            zone=settings.zone_info,
            start=settings.coins.start,
            plans=self.plans,
            statuses=statuses,
            units_per_order=settings.limits.units_per_order,
            fuse_units=settings.coins.fuse_units,
            reminder_days=settings.reminders.days,
            low_percent=settings.reminders.low_percent,
            siblings=settings.siblings,
            licences=self.licences,
            pays=self.premium.pays,
        )

    @property
    def desk_terms(self) -> DeskTerms:
        """What decides about quotes, rights, reminders, tickets and licences."""
        settings, quotes = self.settings, self.settings.quotes
        return DeskTerms(
            store=settings.name,
            zone=settings.zone_info,
            plans=self.plans,
            rights=_right_book(settings),
            languages=settings.languages,
            valid_days=quotes.valid_days,
            remind_days=quotes.remind_days,
            most_coins=quotes.most_coins,
            inspection_coins=quotes.inspection_coins,
            hold_days=quotes.hold_days,
            regrant_days=quotes.regrant_days,
            low_percent=settings.reminders.low_percent,
            reminder_days=settings.reminders.days,
            telephone=settings.telephone,
            actions_per_minute=quotes.actions_per_minute,
            service=settings.service.calendar(settings.zone_info),
            title=settings.title or settings.name,
            tickets=_ticket_terms(settings),
            files=settings.files.terms,
            licences=self.licences,
            premium=self.premium,
        )

    @property
    def licence_table(self) -> LicenceTable | None:
        """How the vendor's own table of licences is read (rule L8), None where there is none."""
        settings, table = self.settings, self.settings.licences.table
        if table is None:
            return None
        mapped = {name: one for name in RowField if (one := getattr(table, name)) is not None}
        return LicenceTable(
            name=table.table,
            id_column=table.id_column,
            columns={name: one.column for name, one in mapped.items() if one.column is not None},
            values={name: str(one.value) for name, one in mapped.items() if one.column is None},
            known=frozenset(settings.licences.products),
            zone=settings.zone_info,
            products=dict(table.products),
            statuses=dict(table.statuses),
            date_format=table.date_format,
            zero_dates=table.zero_dates,
            ignores_others=table.ignore_other_products,
        )

    def page_terms(self, key: SigningKey, epoch: int) -> PageTerms:
        """What the rows in the shop need besides the books: they are signed with `key` in the desk's `epoch`."""
        settings = self.settings
        return PageTerms(
            store=settings.name,
            zone=settings.zone_info,
            plans=self.plans,
            key=key,
            epoch=epoch,
            rights=_right_book(settings),
            telephone=settings.telephone,
            licences=self.licences,
            premium=self.premium,
            reminder_days=settings.reminders.days,
            program=VERSION,
        )

    def connection(self, *, with_password: bool = True) -> StoreConnection:
        """What its platform plugin is given. Raises `SettingsError` where the password can't be resolved.

        `with_password` is False for what needs no connection and may come before there is a password.
        """
        settings, database, statuses = self.settings, self.settings.database, self.settings.coins.statuses
        password = database.password_value() if with_password else None
        return StoreConnection(
            store=settings.name,
            platform=settings.platform,
            zone=settings.zone_info,
            database=DatabaseAccess(
                name=database.name,
                user=database.user,
                prefix=database.prefix,
                host=database.host or "127.0.0.1",
                port=database.port,
                socket=database.socket,
                password=password.get_secret_value() if password else None,
                tls=database.uses_tls,
                tls_ca=database.tls_ca,
                connect_timeout_seconds=database.connect_timeout_seconds,
                statement_timeout_seconds=database.statement_timeout_seconds,
                connections=settings.limits.connections,
            ),
            shop_ids=settings.shop_ids,
            granting=_ids(statuses.granting),
            revoking=_ids(statuses.revoking),
            chargeback=_ids(statuses.chargeback),
            product_codes=self.plans.codes | self.licences.codes | self.premium.pays.keys(),
            licence_table=self.licence_table,
            page_orders=settings.sync.page_orders,
        )


def _right_book(settings: StoreSettings) -> RightBook:
    rights = (
        Right(key, RightKind(right.kind), frozenset(right.plans), _names(right.name))
        for key, right in settings.rights.items()
    )
    prices = (
        Price(code, price.coins, rank, _names(price.name), _names(price.about))
        for rank, (code, price) in enumerate(settings.prices.items(), start=1)
    )
    return RightBook(rights, prices)


def _licence_book(settings: StoreSettings) -> LicenceBook:
    licences = settings.licences
    products = (
        Product(
            terms=LicenceTerms(
                product=key,
                zone=settings.zone_info,
                licence_months=product.licence_months,
                updates_months=product.updates_months,
                support_months=product.support_months,
                domains=product.domains,
                grace_days=licences.grace_days if product.grace_days is None else product.grace_days,
                active=Term(licences.active),
            ),
            product_codes=product.product_codes,
            renewals=dict(product.renewals),
            names=_names(product.name),
            renew_url=product.renew_url,
            covers=frozenset(product.covers),
        )
        for key, product in licences.products.items()
    )
    return LicenceBook(
        products,
        expiring_days=licences.expiring_days,
        offline_days=licences.offline_days,
        releases=licences.releases,
        release_days=licences.release_days,
        contact=licences.official_contact,
    )


def _premium_terms(settings: StoreSettings) -> PremiumTerms:
    """Whoever has the same address in two stores is the same person in both."""
    people = {member.name: member.email.casefold() for member in settings.staff}
    return replace(settings.premium.terms(settings.account_url), people=people)


def _ticket_terms(settings: StoreSettings) -> TicketTerms:
    tickets = settings.tickets
    return TicketTerms(
        first_answer=timedelta(hours=tickets.first_answer_hours),
        next_answer=timedelta(hours=tickets.next_answer_hours),
        urgent=timedelta(hours=tickets.urgent_hours),
        resolution=tickets.resolution,
        best_effort=timedelta(hours=tickets.best_effort_hours),
        warn_percents=tickets.warn_percents,
        escalation=tickets.steps,
        waiting=timedelta(days=tickets.waiting_days),
        closing=timedelta(days=tickets.closing_days),
        tickets_per_hour=tickets.tickets_per_hour,
        messages_per_hour=tickets.messages_per_hour,
        files_per_hour=tickets.files_per_hour,
        staff={member.name: member.work(settings.zone_info) for member in settings.staff},
        employees={member.name: member.shop_employees for member in settings.staff},
        reply_employee=tickets.reply_employee,
        macros={key: _names(macro.text) for key, macro in settings.macros.items()},
    )


def _ids(ids: tuple[int, ...] | None) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)


def _names(names: Mapping[str, str]) -> dict[str, str]:
    return dict(names)
