"""The contract suite: what every platform plugin must pass.

A plugin's tests subclass `ShopAdapterContract` and give three things: an `actor` that behaves as the shop's own code
does, the `connection` to that shop's empty database with every right, and `connect`, which builds the adapter. The
suite knows nothing of any platform; what only one platform can do wrong is the plugin's own business to test. Tests
run under pytest-asyncio.

    class TestContract(ShopAdapterContract):
        @pytest.fixture
        def actor(self, myshop): return myshop
        @pytest.fixture
        def connection(self, myshop): return StoreConnection(...)
        def connect(self, connection): return MyAdapter(connection)
"""

import pytest

# Before they are imported, so that a failing assertion shows its values.
pytest.register_assert_rewrite(
    "bridge.testing.contract_reading",
    "bridge.testing.contract_writing",
    "bridge.testing.contract_comparing",
    "bridge.testing.contract_documents",
    "bridge.testing.contract_inbox",
    "bridge.testing.contract_files",
)

from bridge.testing.contract_base import ShopActor  # noqa: E402 - see above
from bridge.testing.contract_comparing import ComparingContract  # noqa: E402 - see above
from bridge.testing.contract_documents import DocumentsContract  # noqa: E402 - see above
from bridge.testing.contract_files import FilesContract  # noqa: E402 - see above
from bridge.testing.contract_inbox import InboxContract  # noqa: E402 - see above
from bridge.testing.contract_reading import ReadingContract  # noqa: E402 - see above
from bridge.testing.contract_writing import WritingContract  # noqa: E402 - see above

__all__ = ["ShopActor", "ShopAdapterContract"]


class ShopAdapterContract(
    ReadingContract, WritingContract, ComparingContract, DocumentsContract, InboxContract, FilesContract
):
    """The whole suite; the module's docstring says how to use it."""
