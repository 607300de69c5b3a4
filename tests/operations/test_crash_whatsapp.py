"""A daemon that is killed after it took a delivery and before it answered: none is lost, nobody is answered twice.

An answer that it was just about to send may never have gone out. Nobody can know that, and the desk says so: "unsure".
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.chat_bridge import ChatBridge
from tests.support.daemons import Daemon
from tests.support.waiting import until
from tests.support.whatsapp_deliveries import OFFICIAL, change, delivery, message
from tests.support.whatsapp_peer import Peer, a_whatsapp_peer

KILLS = 8


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with a_whatsapp_peer() as running:
        yield running


@pytest.fixture
def bridge(tmp_path: Path, peer: Peer) -> ChatBridge:
    return ChatBridge(tmp_path, peer)


@pytest.fixture
def daemon(bridge: ChatBridge) -> Iterator[Daemon]:
    daemon = Daemon(bridge.config, bridge.config.parent / "daemon.log")
    yield daemon
    daemon.kill()


def answers(peer: Peer) -> Counter[str]:
    """How often each contact was answered automatically."""
    return Counter(one.to.lstrip("+") for one in peer.sent)


async def test_no_message_is_lost_or_answered_twice_when_the_daemon_dies_after_taking_it(
    bridge: ChatBridge, daemon: Daemon, peer: Peer
) -> None:
    """Half of the kills come when the delivery has been answered, half when the API has taken our answer.

    The provider, who never heard of an end, sends each delivery a second time.
    """
    contacts = [f"98912000{at:04d}" for at in range(KILLS)]
    killed_while_answering = set(contacts[1::2])
    said: dict[str, str] = {}

    def kill() -> None:
        if daemon.process is not None:
            daemon.kill()

    for at, contact in enumerate(contacts):
        daemon.start()
        await daemon.ready()
        await until(lambda: not bridge.under_way(), "what the one before left is done")
        taken = len(peer.sent)
        peer.before_answer = kill if at % 2 else lambda: None
        one = message("text", f"سلام {at} 👋", sender=contact, at=peer.now())
        peer.wrote[OFFICIAL, contact] = peer.now()
        said[contact] = one["id"]
        whole = delivery(change([one]))
        try:
            assert await peer.deliver(whole) == 200
        except aiohttp.ClientError:
            assert at % 2, "our answer to the contact can be quicker than that to the provider, and die with it"
        if at % 2:
            await until(lambda: len(peer.sent) > taken and daemon.process is None, "killed while answering")  # noqa: B023
        else:
            daemon.kill()
        peer.before_answer = lambda: None
    daemon.start()
    await daemon.ready()
    for contact in contacts:
        again = {**message("text", "سلام 👋", sender=contact, at=peer.now()), "id": said[contact]}
        assert await peer.deliver(delivery(change([again]))) == 200
    await until(lambda: kept(bridge) == set(said.values()), "every message is in the desk")
    await until(lambda: not bridge.under_way(), "nothing waits")
    await tells_how_far(bridge, peer)
    assert daemon.stop() == 0
    answered = answers(peer)
    assert killed_while_answering < set(answered) <= set(contacts), "who was taken and not yet answered is, afterwards"
    assert set(answered.values()) == {1}


async def tells_how_far(bridge: ChatBridge, peer: Peer) -> None:
    """An answer that was on its way when the daemon died is unsure, until the API says that it has it."""
    states = how_far(bridge)
    assert states["sent"] + states["unsure"] == states.total() == KILLS
    assert states["unsure"] >= KILLS // 2
    for one in list(peer.sent):
        await peer.tell(one.id, "delivered")
    arrived = Counter({"delivered": len(peer.sent), "unsure": KILLS - len(peer.sent)})
    await until(lambda: how_far(bridge) == arrived, "the API has said how far each came")


def how_far(bridge: ChatBridge) -> Counter[str]:
    """How many of our answers are in each state."""
    return Counter(state for _, _, state in bridge.messages("out"))


def kept(bridge: ChatBridge) -> set[str]:
    return {id_ for (id_,) in bridge.rows("SELECT external_id FROM chat_message WHERE direction = 'in'")}
