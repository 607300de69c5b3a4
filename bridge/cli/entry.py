"""Where the command `bridge` begins.

`bridge --version` is asked by scripts and by people in a hurry, so it is answered before anything but this package's
constant is imported.
"""

import sys

from bridge import VERSION

NEW_OBJECTS = 50_000
"""The garbage collector looks when there are that many more objects than at its last look (Python: 700)."""


def main() -> int:
    """Run the command line; the exit code: 0 well, 1 found wrong, 2 wrong usage or settings, 3 a damaged desk."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        sys.stdout.write(f"bridge {VERSION}\n")
        return 0
    import gc

    # What a call imports and builds stays to its end; Python's collector would look at all of it again and again.
    gc.set_threshold(NEW_OBJECTS)
    from bridge.cli.application import execute

    return execute(arguments)


if __name__ == "__main__":
    sys.exit(main())
