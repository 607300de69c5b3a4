"""The process ends whatever hangs in it, and only then by force."""

import subprocess
import sys

from bridge.engine.backstop import Backstop
from tests.support.waiting import PATIENCE_S


def test_the_process_ends_even_if_a_thread_hangs() -> None:
    code = (
        "import asyncio, time\n"
        "from bridge.engine.backstop import Backstop\n"
        "backstop = Backstop(0.2)\n"
        "async def main():\n"
        "    asyncio.get_running_loop().run_in_executor(None, time.sleep, 3600)\n"
        "    backstop.arm()\n"
        "asyncio.run(main())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], timeout=PATIENCE_S, check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0
    assert "stopping hangs" in ended.stdout + ended.stderr


def test_a_backstop_that_is_not_needed_does_nothing() -> None:
    backstop = Backstop(60.0)
    backstop.arm()
    backstop.disarm()
