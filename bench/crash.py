"""Kills the daemon at random moments while two shops are busy, and counts what does not agree afterwards.

    .venv/bin/python bench/crash.py --kills 100

The last line is one JSON object: {"name", "value", "unit", "goal", "met"}.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the checkout: the pretend shops are the tests'

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.crashing import Aftermath, crash, two_shops


async def measured(kills: int, seed: int) -> Aftermath:
    with tempfile.TemporaryDirectory(prefix="bridge-crash-") as folder, PrivateMariaDB() as server:
        async with two_shops(Path(folder), server) as bridge:
            return await crash(bridge, kills=kills, seed=seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50, help="how often (default 50)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run (default: a new one)")
    parser.add_argument("--quick", action="store_true", help="8 kills")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else int(time.time())
    found = asyncio.run(measured(8 if asked.quick else asked.kills, seed))
    rows = {
        "seed": seed,
        "kills": f"{found.kills}, {found.kills_at_work} of them while it worked, the others while it started",
        "changes to orders meanwhile": found.changes,
        "accounts, entries": f"{found.accounts}, {found.entries}",
        "from the last start until all was quiet": f"{found.seconds_to_quiet:.1f} s",
        "all in all": f"{found.seconds:.0f} s",
        "contradictions between orders, ledger and account rows": len(found.faults),
    }
    for name, value in rows.items():
        print(f"{name:<56} {value}")
    for line in found.faults[:20]:
        print(f"  {line}")
    result = {"name": "crash", "value": len(found.faults), "unit": "contradictions", "goal": 0, "met": not found.faults}
    print(json.dumps(result))
    return 0 if not found.faults else 1


if __name__ == "__main__":
    sys.exit(main())
