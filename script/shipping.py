"""The build step that puts the folders an operator needs (storefront, config, systemd) into the wheel.

In a checkout these folders live where people look for them; in the wheel they lie below ``bridge/shipped``.
``bridge.resources`` finds them in both places.
"""

import shutil
from pathlib import Path

from setuptools.command.build_py import build_py  # type: ignore[import-untyped]  # setuptools ships no types

SHIPPED = (
    "config",
    "systemd",
    "plugins/opencart/storefront",
    "plugins/opencart/storefront-3.0",
    "plugins/prestashop/storefront",
)
"""Folders copied whole."""


class BuildWithShippedFolders(build_py):  # type: ignore[misc]  # its base is untyped
    """Copies the shipped folders beside the modules; an editable install needs none of it."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for name in SHIPPED:
            target = Path(self.build_lib, "bridge", "shipped", name)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(name, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"))
