"""The fault library: what goes wrong between the bridge and a shop, and under the bridge's own books, on demand.

Everything here is a real part that misbehaves, never a stand-in for one, and everything that is drawn is drawn from a
seed, so that a failure can be played again.

- `proxy`: a TCP proxy in front of a server. Resets at a byte, goes silent, cuts an answer short, hands on byte by byte,
  takes its time, refuses. Counts round trips.
- `server`: what a MariaDB server does to its clients: restarts, kills them, is full, makes them wait, picks them as the
  victim of a deadlock.
- `clock`: a wall clock that jumps. The monotonic clock goes on, as it does on a real machine.
- `cancelling`: pooled work that is cancelled at random.
- `disk`: a file system that is full or read-only.
- `desk_page`: a page of the desk that is not what was written.
- `story`: two busy shops, a running bridge and a list of faults drawn from a seed; afterwards everything must agree.

The stories are in `tests/operations/test_faults*.py`, single faults with their exact words beside the code they meet.
"""
