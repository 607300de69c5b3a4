"""A mail server in this process: keeps what it takes, and answers as it is told to."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "supportbridge", "correct horse"

CERTIFICATE = """
file_put_contents('openssl.cnf', "[req]\\ndistinguished_name=dn\\n[dn]\\n[v3]\\nbasicConstraints=CA:TRUE\\n"
  . "subjectAltName=IP:127.0.0.1\\n");
$options = ['config' => 'openssl.cnf', 'x509_extensions' => 'v3', 'digest_alg' => 'sha256', 'private_key_bits' => 2048];
$key = openssl_pkey_new($options);
$request = openssl_csr_new(['commonName' => 'mail server'], $key, $options);
openssl_x509_export_to_file(openssl_csr_sign($request, null, $key, 2, $options), 'server.pem');
openssl_pkey_export_to_file($key, 'server.key', null, $options);
"""


def make_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key beside it as server.key."""
    subprocess.run(["php", "-r", CERTIFICATE], cwd=folder, check=True, capture_output=True)
    return folder / "server.pem"


@dataclass
class MailServer:
    """What it has taken, and what it answers: `answers` by command (RCPT, MAIL, DATA), until they are taken away."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    lose_the_answer: bool = False
    """Take the message, and close the connection before saying so."""
    before_answer: Callable[[], None] = lambda: None
    """Called when a message has been taken, before the server says so."""

    # The names and parameters are those that aiosmtpd calls.

    async def handle_MAIL(self, _s: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _s: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"].format(address=address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        taken = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(taken, EmailMessage)
        self.taken.append(taken)
        self.before_answer()
        if self.lose_the_answer:
            server.transport.abort()
        return "250 taken"

    def authenticate(self, _s: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        known = (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
        return AuthResult(success=known, handled=False)


@asynccontextmanager
async def a_mail_server(*, certificate: Path | None = None, starttls: bool = False) -> AsyncIterator[MailServer]:
    """A server on a free port of 127.0.0.1; with a certificate it is encrypted from the first byte, or after STARTTLS.

    An encrypted one knows one user.
    """
    server, context = MailServer(), _context(certificate)
    protocol = _protocol(server, context if starttls else None, login=certificate is not None)
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(protocol, "127.0.0.1", 0, ssl=None if starttls else context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


def _protocol(server: MailServer, starttls: ssl.SSLContext | None, *, login: bool) -> Callable[[], SMTP]:
    return lambda: SMTP(
        server,
        hostname="127.0.0.1",
        tls_context=starttls,
        require_starttls=starttls is not None,
        # It can't see an encryption that the listener itself does.
        auth_require_tls=False,
        authenticator=server.authenticate if login else None,
        loop=asyncio.get_running_loop(),
    )


def _context(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_name("server.key"))
    return context
