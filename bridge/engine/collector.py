"""The garbage collector of a process that keeps many stores.

Idle work leaves nothing behind that only the collector could free: it makes no rings. But with a thousand stores so
much is under way at any moment that the collector, as Python sets it, looks several times a second for what is not
there; and each look holds up every store, a full one for 0.2 s.
"""

import gc

NEW_OBJECTS = 20_000
"""It looks when there are that many more objects than at its last look (Python: 700); they take some megabytes."""


def collect_seldom() -> None:
    """Have it look seldom, and never again at what there is now, which is the program itself.

    For the daemon alone, once, before the stores start. A command ends before it matters.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
