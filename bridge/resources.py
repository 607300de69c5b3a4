"""Where the files are that an operator gets with the program: settings, the systemd unit, both storefronts.

In a checkout they stand where people look for them; in an installed wheel below ``bridge/shipped`` (script/shipping.py
puts them there). Nobody else needs to know which of the two this is.
"""

from pathlib import Path

from bridge.errors import BridgeError

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parent
_SHIPPED = _PACKAGE / "shipped"
LICENCE_CLIENT = _PACKAGE / "licence_client"
"""What a vendor puts into his extensions; it lies beside the code in both."""


class ResourceMissing(BridgeError):
    """A file or folder that belongs to the program is not where the installation should have put it."""

    code = "resource_missing"
    hint = "install the program again: its files are incomplete"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} does not belong to this installation")
        self.name = name


def resource(name: str) -> Path:
    """The file or folder `name`, as it is called in the checkout: "config", "plugins/opencart/storefront" ...

    Errors: ResourceMissing.
    """
    in_checkout = (_CHECKOUT / "pyproject.toml").is_file()
    found = (_CHECKOUT if in_checkout else _SHIPPED) / name
    if not found.exists():
        raise ResourceMissing(name)
    return found
