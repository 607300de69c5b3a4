"""The webhook's two questions: is this address yours, and take this delivery.

Believes: anybody may ask, so nothing is answered to who doesn't know the verification word, and nothing is kept that
the app's secret didn't sign. The signature covers the raw bytes: JSON that is read and written again has others as soon
as there is an emoji. What is answered with 200 is never sent again, so it is on the disk by then; what isn't, is.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bridge.contracts.chats import Receipt
from bridge.contracts.public_routes import PublicAnswer, PublicQuestion, PublicRoute
from bridge.errors import BridgeError

log = structlog.get_logger()
PATH = "/whatsapp/webhook"
MOST_BYTES = 4 * 1_048_576
"""The provider's own limit is 3 MB."""
PER_MINUTE = 1_000_000
"""At this address, whoever asks: one machine of the provider may bring everything; the signature says who it is."""
LONGEST_CHALLENGE = 512
FRESH = timedelta(seconds=5)
"""For how long a secret is not fetched again."""
TOLD_EVERY = timedelta(hours=1)
"""The same refusal stands in the log once in so long."""
DELIVERY = "delivery"
_SIGNATURE = "X-Hub-Signature-256"
_PREFIX = "sha256="

_APP = "put the secret from the app's basic settings into its file; the provider sends what was refused again for days"
_WORD = "give the provider the word that is in its file"

Keep = Callable[[Sequence[Receipt]], Awaitable[int]]


class Webhook:
    """Answers at one address. `secret` fetches a secret of the settings by its name, `keep` puts on the disk."""

    def __init__(self, secret: Callable[[str], str], keep: Keep, now: Callable[[], datetime]) -> None:
        self._secret, self._keep, self._now = secret, keep, now
        self._fetched: dict[str, tuple[str, datetime]] = {}
        self._told: dict[str, datetime] = {}

    def routes(self) -> Sequence[PublicRoute]:
        """What is served."""
        return (
            PublicRoute("GET", PATH, self.verify),
            PublicRoute("POST", PATH, self.take, most_bytes=MOST_BYTES, per_minute=PER_MINUTE),
        )

    async def verify(self, question: PublicQuestion) -> PublicAnswer:
        """The provider asks whether this address is meant: its challenge back, if it knows the word."""
        asked = question.query
        try:
            known = _equal(asked.get("hub.verify_token", ""), self._known("verify_token"))
        except BridgeError as error:
            return self._unable(error)
        challenge = asked.get("hub.challenge", "")
        if asked.get("hub.mode") != "subscribe" or not known or not 0 < len(challenge) <= LONGEST_CHALLENGE:
            if asked.get("hub.verify_token") and not known:
                self._tell("the WhatsApp webhook was asked with a word that is not plugin.whatsapp.verify_token", _WORD)
            return PublicAnswer(403, b"no")
        return PublicAnswer(200, challenge.encode("utf-8", "replace"))

    async def take(self, question: PublicQuestion) -> PublicAnswer:
        """Keep a delivery that is signed; the same body is kept once, however often it comes."""
        try:
            if not is_signed(question.headers, question.body, self._known("app_secret")):
                if _SIGNATURE in question.headers:  # who only tries the address has none
                    self._tell("a WhatsApp delivery was refused: plugin.whatsapp.app_secret has not signed it", _APP)
                return PublicAnswer(401, b"no")
            key = hashlib.sha256(question.body).hexdigest()
            await self._keep([Receipt(key, DELIVERY, question.body, self._now())])
        except BridgeError as error:  # not kept: it comes again
            return self._unable(error)
        return PublicAnswer(200)

    def _unable(self, error: BridgeError) -> PublicAnswer:
        self._tell(f"the WhatsApp webhook can't answer: {error}", error.hint)
        return PublicAnswer(503, b"later")

    def _tell(self, what: str, remedy: str) -> None:
        """Tell the operator, who sees nothing come: seldom, because anybody may ask as often as he likes."""
        now, before = self._now(), self._told.get(what)
        if before is None or abs(now - before) >= TOLD_EVERY:
            self._told[what] = now
            log.warning(what, next=remedy)

    def _known(self, name: str) -> str:
        """A secret as it was some seconds ago at most: it is not read from the disk for each delivery."""
        now, kept = self._now(), self._fetched.get(name)
        if kept is None or abs(now - kept[1]) >= FRESH:
            kept = self._fetched[name] = self._secret(name), now
        return kept[0]


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether the raw body carries the signature of the app's secret."""
    written = headers.get(_SIGNATURE, "")
    return written.startswith(_PREFIX) and _equal(written[len(_PREFIX) :], signature(secret, body))


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA-256 in lower-case hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _equal(said: str, known: str) -> bool:
    """In a time that doesn't tell how much of it was right."""
    return hmac.compare_digest(said.encode("utf-8", "replace"), known.encode("utf-8", "replace"))
