"""One daemon a desk."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.desk.lock import DaemonLock
from bridge.errors import DeskBusy

HOLDER = """
import sys, time
from pathlib import Path
from bridge.desk.lock import DaemonLock
lock = DaemonLock.take(Path(sys.argv[1]), purpose="bridge run")
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_daemon_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    with DaemonLock.take(tmp_path, purpose="bridge run"), pytest.raises(DeskBusy) as refusal:
        DaemonLock.take(tmp_path, purpose="bridge desk restore")
    assert str(refusal.value) == f"the desk in {tmp_path} is in use by bridge run (process {os.getpid()})"


def test_the_lock_comes_free(tmp_path: Path) -> None:
    for purpose in ("bridge run, for a long time", "bridge"):
        lock = DaemonLock.take(tmp_path, purpose=purpose)
        assert (tmp_path / "desk.lock").read_text() == f"{purpose} (process {os.getpid()})\n"
        lock.release()
        lock.release()


def test_the_lock_of_a_killed_daemon_is_free_at_once(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DeskBusy, match=rf"bridge run \(process {holder.pid}\)"):
            DaemonLock.take(tmp_path, purpose="bridge run")
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    DaemonLock.take(tmp_path, purpose="bridge run").release()
