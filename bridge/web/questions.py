"""A question to the public pages: read whole within its size and its time, or refused with one clear error."""

import asyncio

from aiohttp import web


class Refused(Exception):
    """A question that can't be answered: the HTTP status, a stable code, and what is wrong."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


async def whole_body(request: web.Request, *, most_bytes: int, within_s: float) -> bytes:
    """The body as it came. Raises `Refused` for one that is too large, too slow, or broken off."""
    _require_room(request.content_length or 0, most_bytes)
    if request.content.is_eof():  # it came with the head, as most do
        whole = request.content.read_nowait()
        _require_room(len(whole), most_bytes)
        return whole
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for piece in request.content.iter_any():
                body += piece
                _require_room(len(body), most_bytes)
    except TimeoutError:
        raise Refused(408, "too_slow", "the question did not arrive in time") from None
    except ConnectionError:  # he has gone in the middle of it; nobody reads this answer, and it is no fault of ours
        raise Refused(400, "bad_request", "the question did not arrive whole") from None
    return bytes(body)


def _require_room(size: int, most_bytes: int) -> None:
    if size > most_bytes:
        raise Refused(413, "too_large", f"a question here has at most {most_bytes} bytes")
