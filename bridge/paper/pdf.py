"""An HTML page of ours as a PDF, set by a program of its own that is bounded in time and memory and reaches nothing.

Believes: whatever a page says can make the setting slow or big, but a command that asked for it must end and say why.
"""

import subprocess
import sys
import tempfile
from datetime import timedelta

from bridge.errors import PaperFailed

PATIENCE = timedelta(seconds=60)
MOST_BYTES = 2 * 1024**3
"""Of memory."""
REFUSED = 3
"""The program's status where it says itself what is wrong."""
LONGEST_REASON = 300


def pdf_of(page: str, *, patience: timedelta = PATIENCE) -> bytes:
    """The page as a PDF with its fonts in it. Raises `PaperFailed`."""
    with tempfile.TemporaryDirectory(prefix="bridge-paper-") as home:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "bridge.paper.setting", str(MOST_BYTES)],
                input=page.encode(),
                capture_output=True,
                check=False,
                timeout=patience.total_seconds(),
                cwd=home,
                env={"HOME": home, "XDG_CACHE_HOME": home, "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            )
        except subprocess.TimeoutExpired as error:
            raise PaperFailed(f"it took longer than {patience.total_seconds():g} s") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        raise PaperFailed(_why(done.returncode, done.stderr))
    return done.stdout


def _why(status: int, errors: bytes) -> str:
    """The program's own last line; where it broke down without one, what that is usually from."""
    said = errors.decode("utf-8", "replace").strip().splitlines()
    last = said[-1][:LONGEST_REASON] if said else "it said nothing"
    if status == REFUSED:
        return last
    return f"the program that sets it broke down, as it does where no font is installed ({last})"
