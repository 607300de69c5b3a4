"""What several tests of the engine begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.books import a_quick_desk
from tests.support.vendor_table import Vendor


@pytest.fixture
async def vendor(tmp_path: Path) -> AsyncIterator[Vendor]:
    with a_quick_desk() as desk:
        desk.start()
        yield Vendor(desk, tmp_path)
