"""Threads and messages of a shop's own customer service, as values."""

from datetime import datetime

from bridge.contracts.shop_threads import NativeMessage, NativeStatus, NativeThread


def a_thread(number: int = 5, *, customer: int = 77, email: str = "ada@shop.example", order: int = 0) -> NativeThread:
    return NativeThread(number, 1, customer, email, "en", order or None, None, NativeStatus.OPEN)


def a_message(
    number: int,
    text: str = "It does not print",
    *,
    thread: int = 5,
    at: datetime | None = None,
    employee: int = 0,
    private: bool = False,
    forwarded: bool = False,
    file_name: str = "",
) -> NativeMessage:
    return NativeMessage(number, thread, at, employee, text, private, forwarded, file_name, None, None)
