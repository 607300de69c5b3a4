"""What a customer can do about premium time on the shop's page: agreements, statements, the code that links a chat."""

from collections.abc import Mapping
from datetime import timedelta

from bridge.domain.agreements import AgreementChannel
from bridge.errors import AgreementRefused
from bridge.services import accepting, billing, chat_linking
from bridge.services.accepting import Decider
from bridge.services.inbox_rows import AgreementAccept, AgreementDecline, BillAccept, BillDispute, ChatCode
from bridge.services.page_act import Act, Done, Handler, reading


def _accept_agreement(act: Act, data: AgreementAccept) -> Done:
    who = _decider(act, "unknown_agreement")
    agreement = accepting.accept(
        act.tx, act.terms, data.agreement, who, version=data.version, text_hash=data.text_hash, at=act.at
    )
    return Done("agreement_accepted", {"agreement": agreement.id})


def _decline_agreement(act: Act, data: AgreementDecline) -> Done:
    who = _decider(act, "unknown_agreement")
    agreement = accepting.decline(act.tx, act.terms, data.agreement, who, version=data.version, at=act.at)
    return Done("agreement_declined", {"agreement": agreement.id})


def _accept_bill(act: Act, data: BillAccept) -> Done:
    who = _decider(act, "unknown_bill")
    bill = billing.accept(act.tx, act.terms, data.bill, who, text_hash=data.text_hash, at=act.at)
    return Done("bill_accepted", {"bill": bill.id})


def _dispute_bill(act: Act, data: BillDispute) -> Done:
    who = _decider(act, "unknown_bill")
    bill = billing.dispute(
        act.tx, act.terms, data.bill, who, words=data.text.strip(), text_hash=data.text_hash, at=act.at
    )
    return Done("bill_disputed", {"bill": bill.id})


def _decider(act: Act, unknown: str) -> Decider:
    """The customer, for what is his own of premium time; one without an account has nothing of it."""
    account = act.account()
    if account is None:
        raise AgreementRefused(unknown, "a customer without an account has no premium time")
    return Decider(AgreementChannel.PAGE, act.evidence, account_id=account.id)


def _chat_code(act: Act, _: ChatCode) -> Done:
    minutes = act.terms.premium.code_valid // timedelta(minutes=1)
    if act.again:  # that code is over, and nobody reads this answer
        return Done("chat_code", {"chat_code": "", "minutes": minutes})
    code = chat_linking.new_code(act.tx, act.terms, act.own_account(), at=act.at)
    return Done("chat_code", {"chat_code": code, "minutes": minutes})


PREMIUM_KINDS: Mapping[str, Handler] = {
    "agreement_accept": reading(AgreementAccept, _accept_agreement),
    "agreement_decline": reading(AgreementDecline, _decline_agreement),
    "bill_accept": reading(BillAccept, _accept_bill),
    "bill_dispute": reading(BillDispute, _dispute_bill),
    "chat_code": reading(ChatCode, _chat_code),
}
