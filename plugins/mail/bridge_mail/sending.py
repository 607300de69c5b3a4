"""Handing a message to the mail server, and what its answers mean.

Believes: an answer of the 5.. family to the recipient or to the message will be the same tomorrow; one about signing
in, about the sender or about relaying is the operator's to mend, and the message waits. A server's words may quote the
address, so only its numbers are ever repeated.
"""

import asyncio
import os
import re
import socket
import ssl
from email.message import EmailMessage

import aiosmtplib

from bridge.errors import DeliveryFailed, DeliveryRefused
from bridge_mail.settings import MailSettings

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NAME_UNKNOWN = "can't be reached (no server of that name is known)"
_NOT_NOW = "can't be reached (its name can't be looked up at the moment)"
_OPERATORS = frozenset({530, 534, 535, 538, 554})
"""Permanent answers that speak of us rather than of the recipient, unless an enhanced code says otherwise."""


async def send(mail: EmailMessage, settings: MailSettings, *, password: str | None) -> None:
    """Hand it over; returns when the server has taken it.

    Raises `DeliveryRefused` where it will never be taken, `DeliveryFailed` where it may be later.
    """
    sender, recipient = _only(mail, "From"), _only(mail, "To")
    try:
        async with await _client(settings, sender) as client:
            if settings.user is not None:
                await client.login(settings.user, password or "")
            await client.sendmail(sender, [recipient], mail.as_bytes())
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise _about_recipient(error.recipients[0]) from None
    except aiosmtplib.SMTPDataError as error:
        raise _about_message(error) from None
    except aiosmtplib.SMTPResponseException as error:
        raise DeliveryFailed(f"the mail server answered {_answer(error)} to {_step(error)}") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise DeliveryFailed(f"the mail server {_why(error)}") from None


async def answers(settings: MailSettings, *, password: str | None) -> str:
    """Connect and sign in, and send nothing; what was found, in words. Raises `DeliveryFailed`."""
    try:
        async with await _client(settings, settings.from_address) as client:
            if settings.user is not None:
                await client.login(settings.user, password or "")
                return f"{settings.host}:{settings.port_number} answers and lets us in"
            return f"{settings.host}:{settings.port_number} answers"
    except aiosmtplib.SMTPResponseException as error:
        raise DeliveryFailed(f"answered {_answer(error)} to {_step(error)}") from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise DeliveryFailed(_why(error)) from None


async def _client(settings: MailSettings, sender: str) -> aiosmtplib.SMTP:
    context = None
    if settings.tls != "off":
        authorities = str(settings.tls_ca) if settings.tls_ca else None
        # To read a system's hundred certificates takes 20 ms and more, in which everything else would stand still.
        context = await asyncio.to_thread(ssl.create_default_context, cafile=authorities)
    return aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port_number,
        use_tls=settings.tls == "required",
        start_tls=settings.tls == "starttls",
        tls_context=context,
        timeout=settings.timeout_seconds,
        # Left out, it would be looked up in the network, in a way that holds up the whole program.
        local_hostname=sender.rpartition("@")[2],
    )


def _why(error: Exception) -> str:
    """What kept us from talking, in words that hold nobody's: the library wraps the cause, sometimes twice."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            reason = cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else cause.reason
            return f"can't be trusted ({reason or 'no encryption'})"
        if isinstance(cause, TimeoutError | aiosmtplib.SMTPTimeoutError):
            return "did not answer in time"
        if isinstance(cause, socket.gaierror):
            return _NOT_NOW if cause.errno == socket.EAI_AGAIN else _NAME_UNKNOWN
        if isinstance(cause, OSError) and not isinstance(cause, aiosmtplib.SMTPException):
            return f"can't be reached ({os.strerror(cause.errno) if cause.errno else type(cause).__name__})"
        cause = cause.__cause__ or cause.__context__
    return f"can't be used ({type(error).__name__})"


def _about_recipient(error: aiosmtplib.SMTPRecipientRefused) -> DeliveryRefused | DeliveryFailed:
    answer, enhanced = _answer(error), _enhanced(error)
    of_ours = enhanced.startswith("5.7.") or (not enhanced and error.code in _OPERATORS)
    if error.code < 500 or of_ours:
        return DeliveryFailed(f"the mail server answered {answer} to the recipient")
    return DeliveryRefused(f"the mail server answered {answer} to the address")


def _about_message(error: aiosmtplib.SMTPDataError) -> DeliveryRefused | DeliveryFailed:
    words = f"the mail server answered {_answer(error)} to the message"
    return DeliveryRefused(words) if error.code >= 500 else DeliveryFailed(words)


def _answer(error: aiosmtplib.SMTPResponseException) -> str:
    """The server's numbers, without its words."""
    return " ".join(filter(None, (str(error.code), _enhanced(error))))


def _enhanced(error: aiosmtplib.SMTPResponseException) -> str:
    found = _ENHANCED.match(error.message)
    return found[1] if found else ""


def _step(error: aiosmtplib.SMTPResponseException) -> str:
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            return "the sign-in"
        case aiosmtplib.SMTPSenderRefused():
            return "the sender's address"
        case aiosmtplib.SMTPConnectResponseError() | aiosmtplib.SMTPHeloError():
            return "the greeting"
        case _:
            return "a command"


def _only(mail: EmailMessage, header: str) -> str:
    (address,) = mail[header].addresses
    return str(address.addr_spec)
