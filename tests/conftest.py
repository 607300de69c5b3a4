"""What holds for every test.

The shared fixtures, which tests wait to be asked for, and the list of slow files.
"""

import os

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers

from tests.support.slow_files import SlowFiles

pytest_plugins = ["tests.support.fixtures"]

ON_REQUEST = {"long": "BRIDGE_LONG_TESTS"}
"""Marker and the environment variable that asks for its tests; without it they are left out, not skipped."""

# Two shared cores: a slow example says nothing about the code. The everyday run tries the same examples each time, so
# that it says something about what was changed; new ones are drawn by the long run.
SEARCHING = bool(os.environ.get(ON_REQUEST["long"]))
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    derandomize=not SEARCHING,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")
if not SEARCHING:  # else examples would take numbers and words out of whatever modules of ours are loaded yet
    vars(providers)["is_local_module_file"] = lambda _: False


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SlowFiles(), "slow-files")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [
        item
        for item in items
        if any(item.get_closest_marker(mark) and not os.environ.get(name) for mark, name in ON_REQUEST.items())
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
