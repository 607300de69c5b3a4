"""How a plugin's failure is told: ours in its own words, of anybody else's no word, for it may quote what is not ours.

An address, a secret or a customer's text stands in errors of libraries. Their kind and the place they come from say to
whoever mends the plugin what a trace would.
"""

import traceback
from pathlib import Path

from bridge.errors import BridgeError

PLACES = 3


def reason_of(error: Exception) -> str:
    """Why something failed, for staff."""
    return str(error) if isinstance(error, BridgeError) else type(error).__name__


def told(error: Exception) -> dict[str, str]:
    """The same for the log, as its fields: of an error that is not ours also `where`, the innermost place last."""
    if isinstance(error, BridgeError):
        return {"error": str(error)}
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    places = [f"{Path(one.filename).parent.name}/{Path(one.filename).name}:{one.lineno}" for one in frames]
    return {"error": reason_of(error), "where": " > ".join(places)}
