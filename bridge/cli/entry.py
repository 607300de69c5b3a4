"""Where the command `bridge` begins.

`bridge --version` is asked by scripts and by people in a hurry, so it is answered before anything but this package's
constant is imported.
"""

import sys

from bridge import VERSION


def main() -> int:
    """Run the command line; the exit code: 0 well, 1 found wrong, 2 wrong usage or settings, 3 a damaged desk."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        sys.stdout.write(f"bridge {VERSION}\n")
        return 0
    from bridge.cli.application import execute

    return execute(arguments)


if __name__ == "__main__":
    sys.exit(main())
