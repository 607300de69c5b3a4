"""Kills the daemon at random moments while two shops are busy, and counts what does not agree afterwards.

    .venv/bin/python bench/crash.py --kills 100
    .venv/bin/python bench/crash.py --kills 100 --story coins

The first story is of orders: placed, paid, edited and refunded. The other is of coins: quotes are approved, settled and
released, packages end, and staff's own process is killed with the daemon. The last line is one JSON object: {"name",
"value", "unit", "goal", "met"}.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the checkout: the pretend shops are the tests'

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.coin_crashing import a_coin_story, crash_coins
from tests.support.crashing import crash, two_shops

Found = tuple[dict[str, Any], list[str]]
"""What happened, in words and numbers, and what does not agree."""


async def orders(folder: Path, server: PrivateMariaDB, kills: int, seed: int) -> Found:
    async with two_shops(folder, server) as bridge:
        found = await crash(bridge, kills=kills, seed=seed)
    rows = {
        "kills": f"{found.kills}, {found.kills_at_work} of them while it worked, the others while it started",
        "changes to orders meanwhile": found.changes,
        "accounts, entries": f"{found.accounts}, {found.entries}",
        "from the last start until all was quiet": f"{found.seconds_to_quiet:.1f} s",
        "all in all": f"{found.seconds:.0f} s",
        "contradictions between orders, ledger and account rows": len(found.faults),
    }
    return rows, found.faults


async def coins(folder: Path, server: PrivateMariaDB, kills: int, seed: int) -> Found:
    async with a_coin_story(folder, server, seed) as story:
        found = await crash_coins(story, kills=kills, seed=seed)
    answers = ", ".join(f"{count} {code}" for code, count in found.answers.most_common())
    rows = {
        "kills": f"{found.kills}, {found.kills_at_work} of them while it worked, the others while it started",
        "clicks of customers": f"{found.clicks}: {answers}",
        "quotes settled, packages that ended": f"{found.settled}, {found.ended}",
        "events posted, of these more than once": f"{found.posts}, {found.repeated_posts}",
        "from the last start until all was quiet": f"{found.seconds_to_quiet:.1f} s",
        "all in all": f"{found.seconds:.0f} s",
        "contradictions between clicks, ledger, pages and events": len(found.faults),
    }
    return rows, found.faults


STORIES = {"orders": orders, "coins": coins}


async def measured(story: str, kills: int, seed: int) -> Found:
    with tempfile.TemporaryDirectory(prefix="bridge-crash-") as folder, PrivateMariaDB() as server:
        return await STORIES[story](Path(folder), server, kills, seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--story", choices=STORIES, default="orders", help="what the shops are busy with")
    parser.add_argument("--kills", type=int, default=50, help="how often (default 50)")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run (default: a new one)")
    parser.add_argument("--quick", action="store_true", help="8 kills")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else int(time.time())
    rows, faults = asyncio.run(measured(asked.story, 8 if asked.quick else asked.kills, seed))
    for name, value in {"seed": seed, **rows}.items():
        print(f"{name:<56} {value}")
    for line in faults[:20]:
        print(f"  {line}")
    name = "crash" if asked.story == "orders" else f"crash_{asked.story}"
    print(json.dumps({"name": name, "value": len(faults), "unit": "contradictions", "goal": 0, "met": not faults}))
    return 0 if not faults else 1


if __name__ == "__main__":
    sys.exit(main())
