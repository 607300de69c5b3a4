"""How soon the daemon serves: from exec to READY=1, with ten stores, an existing desk and no shop within reach.

READY is what systemd waits for: the desk and the listeners are open, no shop has been read yet. It arrives here as the
real datagram on a real socket. Beside it, in turns, a bare Python that imports the same third-party libraries and says
READY the same way: what any program pays that is built from them. And `bridge --version` beside `python -c pass`.
The value is the median ratio to the bare imports.

    .venv/bin/python bench/start.py [--quick] [--rounds N]
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the pretend shops of the tests are found from the checkout

from bench.support import PLATFORMS, conclude, machine, median, table, write_store
from bridge.contracts.clock import SystemClock
from bridge.desk.desk import FILE_NAME
from bridge.desk.upgrade import upgrade
from bridge.testing.connection import ConnectionParameters

GOAL, VERSION_GOAL = 1.8, 3.0
STORES = 10
PATIENCE_S = 30.0
BRIDGE = str(Path(sys.executable).with_name("bridge"))

LIBRARIES = (
    "aiohttp.web",
    "aiomysql",
    "apscheduler.schedulers.asyncio",
    "pluggy",
    "pydantic",
    "sqlalchemy",
    "structlog",
    "tenacity",
    "typer",
)
"""What the daemon's own modules import of other people's before it is ready; `check_libraries` sees that it is true."""

SAY_READY = (
    "import os, socket\n"
    "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])\n"
)


class Manager:
    """What a service manager is to a service: a socket that is told."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify.sock")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)

    def seconds_to_ready(self, *command: str, environment: Mapping[str, str]) -> float:
        """Start a program and wait until it says READY; then end it. Raises `TimeoutError`."""
        self._drain()
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            env={**environment, "NOTIFY_SOCKET": self.address},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            while not self._socket.recv(4096).startswith(b"READY=1"):
                pass
            return time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()

    def _drain(self) -> None:
        self._socket.settimeout(0)
        try:
            while self._socket.recv(4096):
                pass
        except BlockingIOError:
            self._socket.settimeout(PATIENCE_S)

    def close(self) -> None:
        self._socket.close()


def seconds_to_end(*command: str, environment: Mapping[str, str]) -> float:
    """Run a program to its end. Raises `CalledProcessError`."""
    began = time.perf_counter()
    subprocess.run(command, env=dict(environment), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


@contextmanager
def a_house() -> Iterator[tuple[Path, Manager]]:
    """Settings of ten stores, a desk that has been there before, and a manager. No database runs."""
    folder = Path(tempfile.mkdtemp(prefix="bridge-bench-"))
    manager = Manager(folder)
    try:
        (folder / "state").mkdir()
        upgrade(folder / "state" / FILE_NAME, now=SystemClock().now())
        for number in range(STORES):
            nowhere = ConnectionParameters("root", database=f"shop_{number}", socket=folder / "no.sock")
            write_store(folder, f"store-{number}", PLATFORMS[number % 2], nowhere)
        listen = f'[private_web]\nlisten = "unix:{folder}/private.sock"\n'
        (folder / "bridge.toml").write_text(f'[desk]\nstate_dir = "{folder}/state"\n{listen}', "utf-8")
        yield folder, manager
    finally:
        manager.close()
        shutil.rmtree(folder)


def check_libraries(environment: Mapping[str, str]) -> None:
    """See that the daemon imports every library it is compared with. Raises `CalledProcessError` where it does not."""
    names = sorted({name.partition(".")[0] for name in LIBRARIES})
    script = (
        "import sys, bridge.cli.application, bridge.app, bridge_opencart.plugin, bridge_prestashop.plugin\n"
        f"sys.exit([name for name in {names} if name not in sys.modules] or 0)"
    )
    subprocess.run([sys.executable, "-c", script], env=dict(environment), check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="From exec to READY, beside the bare imports.")
    parser.add_argument("--quick", action="store_true", help="5 rounds")
    parser.add_argument("--rounds", type=int)
    asked = parser.parse_args()
    rounds = asked.rounds or (5 if asked.quick else 25)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    check_libraries(environment)
    imports = f"import {', '.join(LIBRARIES)}\n{SAY_READY}"
    seconds: dict[str, list[float]] = {name: [] for name in ("imports", "ready", "pass", "version")}
    with a_house() as (folder, manager):
        for number in range(rounds + 1):  # the first turn only warms the disk's cache
            turn = {
                "imports": manager.seconds_to_ready(sys.executable, "-c", imports, environment=environment),
                "ready": manager.seconds_to_ready(BRIDGE, "run", "--config", str(folder), environment=environment),
                "pass": seconds_to_end(sys.executable, "-c", "pass", environment=environment),
                "version": seconds_to_end(BRIDGE, "--version", environment=environment),
            }
            for name, taken in turn.items() if number else ():
                seconds[name].append(taken)
    tell(seconds, rounds)


def tell(seconds: Mapping[str, list[float]], rounds: int) -> None:
    ready = median(ours / bare for ours, bare in zip(seconds["ready"], seconds["imports"], strict=True))
    version = median(ours / bare for ours, bare in zip(seconds["version"], seconds["pass"], strict=True))
    middle = {name: median(taken) * 1000 for name, taken in seconds.items()}
    print(f"medians of {rounds} turns; {STORES} stores, an existing desk, no shop within reach")
    table(
        ("", "bare ms", "bridge ms", "ratio", "goal"),
        [
            (
                "READY, beside the bare imports",
                f"{middle['imports']:.0f}",
                f"{middle['ready']:.0f}",
                f"{ready:.2f}",
                "1.8",
            ),
            (
                "--version, beside python -c pass",
                f"{middle['pass']:.0f}",
                f"{middle['version']:.0f}",
                f"{version:.2f}",
                "3.0",
            ),
        ],
    )
    print(f"machine: {machine()}")
    met = ready <= GOAL and version <= VERSION_GOAL
    conclude("start", ready, "times the bare imports", goal=GOAL, met=met)


if __name__ == "__main__":
    main()
