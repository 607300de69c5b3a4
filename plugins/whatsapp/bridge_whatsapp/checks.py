"""The lines of `bridge check`: the token, each number, and whether deliveries would reach us.

Believes: none of them may show a number or a name of a number (rule W2), and a check changes nothing at the provider.
Whether the webhook's address leads here is asked as the provider asks: it must give back a word that is made up now.
"""

import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiohttp

from bridge.contracts.chats import ChatNumber
from bridge.contracts.office import Office
from bridge.contracts.shop import Finding, Level
from bridge.errors import BridgeError
from bridge_whatsapp.api import Refused, SeenNumber, api_of, read_whole
from bridge_whatsapp.refusals import ACCOUNT, PROOF, TOKEN, in_words, refusal_of
from bridge_whatsapp.settings import is_this_machine
from bridge_whatsapp.webhook import PATH

_CONNECTED = "CONNECTED"
_RENEW = "make a new access token of a system user and put it into the file that plugin.whatsapp.token names"
_SET_UP = f"set up the webhook at the provider: https://your-host{PATH}, with the field messages"
_ACCOUNT = "look at the number and its account in the provider's account manager"
_OTHER_APP = "put the secret of the app whose access token it is into the file that plugin.whatsapp.app_secret names"
_REMEDIES = {TOKEN: _RENEW, PROOF: _OTHER_APP, ACCOUNT: _ACCOUNT}
"""By the kind of problem; for all others the id may be wrong."""


async def check(office: Office) -> list[Finding]:
    """What is found, store by store."""
    found: list[Finding] = []
    numbers = office.chats.numbers()
    webhooks: set[str] = set()
    for store, card in office.stores.items():
        if card.settings is not None:
            found += await _check_store(office, store, [one for one in numbers if one.store == store], webhooks)
    for address in sorted(webhooks):
        found.append(await _check_webhook(office, address))
    return found


async def _check_store(office: Office, store: str, numbers: list[ChatNumber], webhooks: set[str]) -> list[Finding]:
    if not numbers:
        why = "the store has a WhatsApp token, but no number with a channel_id"
        return [Finding(f"WhatsApp of {store}", Level.WARNING, why, "set channel_id under [[premium.numbers]]")]
    try:
        api = api_of(office, store)
    except BridgeError as error:
        return [Finding(f"WhatsApp of {store}", Level.WRONG, str(error), _RENEW)]
    found: list[Finding] = []
    for number in numbers:
        seen = await api.look(number.channel_id)
        name = f"WhatsApp number {number.key} of {store}"
        if isinstance(seen, SeenNumber):
            webhooks.update(seen.webhooks)
            found += _about_number(name, seen)
        elif isinstance(seen, Refused):
            remedy = _REMEDIES.get(refusal_of(seen.code).problem, "is its channel_id the phone number ID?")
            found.append(Finding(name, Level.WRONG, in_words(seen.code), remedy))
        else:
            remedy = "see that plugin.whatsapp.api is right, and that this machine may reach it"
            found.append(Finding(name, Level.WRONG, seen.why, remedy))
    return found


def _about_number(name: str, seen: SeenNumber) -> Iterator[Finding]:
    well = seen.status in {_CONNECTED, "UNKNOWN"}
    text = f"the token is taken; {seen.status.lower()}, quality {seen.quality.lower()}"
    yield Finding(name, Level.OK if well else Level.WARNING, text, "" if well else _ACCOUNT)
    if not seen.webhooks:
        why = "the API does not say that it delivers anywhere (or the token lacks whatsapp_business_management)"
        yield Finding(name, Level.WARNING, why, _SET_UP)


async def _check_webhook(office: Office, address: str) -> Finding:
    name = "WhatsApp webhook"
    parts = urlsplit(address)
    if parts.scheme != "https" and not is_this_machine(parts.hostname or ""):
        return Finding(name, Level.WARNING, "the API delivers to an address without https", _SET_UP)
    word = secrets.token_hex(16)
    asked = {"hub.mode": "subscribe", "hub.verify_token": office.secret("verify_token"), "hub.challenge": word}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session,
            session.get(address, params=asked, allow_redirects=False) as response,
        ):
            answer = (response.status, await read_whole(response, len(word)))
    except (TimeoutError, aiohttp.ClientError) as error:
        why = f"the address that the API delivers to can't be reached from here ({type(error).__name__})"
        return Finding(
            name, Level.WARNING, why, "does bridge run, is public_web.listen set, does the proxy lead there?"
        )
    if answer == (200, word.encode()):
        return Finding(
            name, Level.OK, f"the address that the API delivers to leads here ({parts.hostname}{parts.path})"
        )
    why = f"the address that the API delivers to answered {answer[0]}, and not as this webhook does"
    remedy = f"it must lead to {PATH} of public_web.listen, and plugin.whatsapp.verify_token must be the same there"
    return Finding(name, Level.WARNING, why, remedy)
