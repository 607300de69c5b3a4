"""PHP as the tests start it, many times a second: with what the pages and the stand-ins around them need, and no more.

It believes: to load the thirty modules of a system's own settings takes longer than to answer a page; and what a file
compiles to holds until the file changes, which PHP looks at each time; of what is younger than 2 s it keeps nothing.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

MODULES = ("mysqlnd", "mysqli", "pdo", "pdo_mysql", "ctype", "mbstring", "tokenizer")
"""In the order in which they need each other; where one is part of the program itself it is not loaded."""
_KEPT = tempfile.TemporaryDirectory(prefix="bridge-php-")
"""What files are compiled to; it goes away with this process."""
_ASKED = "echo json_encode([array_map('strtolower', get_loaded_extensions()), ini_get('extension_dir')]);"


def php_command(settings: Mapping[str, str]) -> list[str]:
    """The program and its options; what it has to complain of goes to standard error unless settings say otherwise."""
    said = {"display_errors": "stderr", **settings}
    return [*_program(), *(part for name, value in said.items() for part in ("-d", f"{name}={value}"))]


@cache
def _program() -> tuple[str, ...]:
    asked = subprocess.run(["php", "-n", "-r", _ASKED], capture_output=True, text=True, check=True, timeout=60)
    built_in, folder = json.loads(asked.stdout)
    options = [f"extension={name}" for name in MODULES if name not in built_in and _is_module(folder, name)]
    if _is_module(folder, "opcache"):
        options += [
            "zend_extension=opcache",
            "opcache.enable_cli=1",
            "opcache.file_cache_only=1",
            f"opcache.file_cache={_KEPT.name}",
            "opcache.revalidate_freq=0",
        ]
    return ("php", "-n", *(part for option in options for part in ("-d", option)))


def _is_module(folder: str, name: str) -> bool:
    return (Path(folder) / f"{name}.so").exists()
