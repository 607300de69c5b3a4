"""Running shops that somebody has named, and a folder for pictures of them outside the repository."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.live.opencart import OpenCart
from tests.live.prestashop import PrestaShop
from tests.live.shop_file import ShopFile

NAMED_BY = {"opencart": "BRIDGE_LIVE_OPENCART", "prestashop": "BRIDGE_LIVE_PRESTASHOP"}
"""The environment variable with the path of a shop's file, by platform."""
AnyLive = OpenCart | PrestaShop


@pytest.fixture(params=NAMED_BY)
def shop_file(request: pytest.FixtureRequest) -> ShopFile:
    """The running shop of each platform; none is named in a usual run."""
    named_by = NAMED_BY[request.param]
    if not os.environ.get(named_by):
        pytest.skip(f"no running shop is named: {named_by} is the path of a file as tests/live/shop_file.py shows it")
    shop = ShopFile.read(Path(os.environ[named_by]))
    assert shop.platform == request.param, f"{named_by} names a shop of another platform"
    return shop


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures go: BRIDGE_LIVE_PICTURES, else a new folder among the temporary ones."""
    folder = Path(os.environ.get("BRIDGE_LIVE_PICTURES") or tempfile.mkdtemp(prefix="bridge-live-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"pictures: {folder}")
    return folder


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def live(shop_file: ShopFile, browser: Browser, pictures: Path) -> Iterator[AnyLive]:
    """The shop with its administrator, its customer and a guest, each in a browser of his own."""
    pages = [browser.new_context(viewport={"width": 1280, "height": 900}).new_page() for _ in range(3)]
    for page in pages:
        page.set_default_timeout(60_000)
    kind = OpenCart if shop_file.platform == "opencart" else PrestaShop
    yield kind(shop_file, *pages)
    for who, page in zip(("admin", "customer", "guest"), pages, strict=True):
        page.screenshot(path=pictures / f"last-{shop_file.kind}-{who}.png", full_page=True)
        page.context.close()


@dataclass(frozen=True, slots=True)
class Steps:
    """What has passed so far, each with a picture."""

    folder: Path
    passed: list[str]

    def passes(self, name: str, page: Page) -> None:
        self.passed.append(name)
        file = f"{len(self.passed):02d}-{name.replace(' ', '-')}.png"
        page.screenshot(path=self.folder / file, full_page=True)

    def keeps(self, name: str, texts: list[str]) -> None:
        """Texts to be read by whoever looks at the pictures."""
        (self.folder / f"{name}.txt").write_text("\n===\n".join(texts), "utf-8")


@pytest.fixture
def steps(shop_file: ShopFile, pictures: Path) -> Iterator[Steps]:
    """Counts what has passed, and tells it at the end, whole or not."""
    folder = pictures / shop_file.name.replace(" ", "-")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    steps = Steps(folder, [])
    yield steps
    (folder / "steps.txt").write_text("\n".join(steps.passed) + "\n", "utf-8")
    print(f"{shop_file.name}: {len(steps.passed)} steps passed: {', '.join(steps.passed)}")
