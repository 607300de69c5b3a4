"""What a plugin may serve on the public listener: an address, and what answers there.

It believes: whoever asks may be anybody. The bridge reads the question whole within the route's own limit and lets one
address ask only so often; whether it is to be believed the plugin finds out itself, of the raw bytes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """What was asked. `headers` ignores how a name is spelled; `query` has the first value of each name.

    `body` are the bytes as they came, never decoded or unpacked.
    """

    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """What is answered. Nothing of it may be kept by who is between; the bridge sees to that."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class PublicRoute(NamedTuple):
    """One address. `path` begins with the plugin's own name: `/whatsapp/webhook`.

    A question's body may have `most_bytes`. `per_minute` is how often one address may ask; None leaves that to the
    settings of the listener.
    """

    method: str
    path: str
    answer: Callable[[PublicQuestion], Awaitable[PublicAnswer]]
    most_bytes: int = 8 * 1024
    per_minute: int | None = None
