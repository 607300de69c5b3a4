"""What `bridge check` says of the extension in a shop: is it there, and does it know what this program shows?

Believes: the extension notes its version when it is installed or brought up to date. The note is not signed, so it
decides nothing; one of another shape is as good as none. Extensions before 0.4.0 noted nothing.
"""

from bridge import VERSION
from bridge.contracts.shop import Finding, Level, ShopAdapter
from bridge.services.notes import storefront_name
from bridge.services.threads_shown import said_version, version_number
from bridge.settings import StoreSettings

SINCE = {
    "0.4.0": "packages on sale, the panels of the back office",
    "0.5.0": "tickets with their messages and files",
    "0.6.0": "licences",
    "0.7.0": "premium time",
}
"""What extensions can show, by the version that it came with."""


async def storefront_finding(store: StoreSettings, shop: ShopAdapter) -> Finding:
    """One line about the extension. Raises `ShopError`."""
    note = await shop.note(storefront_name(store.name))
    build = (
        f"bridge storefront build {store.platform}, and install what it makes in the shop; new files in the place of "
        "older ones say their version once any of its pages is opened"
    )
    if note is None:
        text = "the shop's extension says no version: it is not installed, has no key file, or is too old to have"
        return Finding("storefront", Level.WARNING, f"{text} {_lacks((0, 0, 0))}", build)
    version = said_version(note)
    if version is None:
        return Finding(
            "storefront", Level.WARNING, "what the shop's extension says of its version can't be read", build
        )
    if version_number(version) > version_number(VERSION):
        text = f"version {version} is newer than this program ({VERSION}), which refuses what it does not know"
        return Finding("storefront", Level.WARNING, text, "install the newer program here too")
    if lacking := _lacks(version_number(version)):
        return Finding("storefront", Level.WARNING, f"version {version} lacks {lacking}", build)
    return Finding("storefront", Level.OK, f"version {version}")


def _lacks(version: tuple[int, ...]) -> str:
    return ", ".join(words for since, words in SINCE.items() if version_number(since) > version)
