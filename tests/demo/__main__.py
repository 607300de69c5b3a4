"""Starts the demonstration; Ctrl-C is no error, not even while Python still loads it."""

import sys

INTERRUPTED = 130

if __name__ == "__main__":
    try:
        from tests.demo.play import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
