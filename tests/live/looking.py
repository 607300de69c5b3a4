"""Looking at a running shop's pages as its people do: waiting for words, and reading every view."""

import re
import time
from collections.abc import Callable

from tests.browser.reading import FAULTS
from tests.live.conftest import AnyLive, Steps

WIDTHS = (1280, 360)
THEMES = ("no label", "no name", "heading out of order", "twice", "leads nowhere")
"""What a theme's own parts may do outside of ours."""


def waits_for(live: AnyLive, words: str) -> None:
    """The answer comes to the page that is open, without its being loaded again."""
    live.customer.wait_for_url(re.compile("view=answer"))
    live.customer.evaluate("window.neverReloaded = true")
    live.customer.get_by_text(words).first.wait_for()
    assert live.customer.evaluate("window.neverReloaded") is True


def sees(live: AnyLive, opens: Callable[[], None], place: str, words: str) -> str:
    """Open a page again and again until the place says these words; what it says."""
    deadline = time.monotonic() + 60
    while True:
        opens()
        found = live.customer.locator(place)
        said = found.first.inner_text() if found.count() else ""
        if words in said:
            return said
        assert time.monotonic() < deadline, f"not within a minute: {words!r} in {said!r}"


def panel_says(live: AnyLive, **told: str) -> None:
    """Beside the order or customer whose page the administrator has open: the coins there, by the panel's own names."""
    panel = live.admin.locator(".supportbridge-panel")
    panel.wait_for(state="visible")
    panel.scroll_into_view_if_needed()
    found = {name: panel.locator(f"[data-supportbridge={name}]").inner_text() for name in told}
    assert found == told
    assert panel.locator(".alert").count() == 0


def reads_well(live: AnyLive, steps: Steps, views: list[dict[str, str | int]]) -> None:
    """Each view in three languages, at a desk's width and a phone's; the theme's own faults are not ours."""
    for language in ("en", "ru", "fa"):
        for view in views:
            live.opens(language, **view)
            for width in WIDTHS:
                live.customer.set_viewport_size({"width": width, "height": 800})
                faults = [one for one in live.customer.evaluate(FAULTS) if not one.startswith(THEMES)]
                assert faults == [], (language, view, width)
                name = "-".join(map(str, view.values())) or "overview"
                live.customer.screenshot(path=steps.folder / f"{name}-{language}-{width}.png", full_page=True)
            live.customer.set_viewport_size({"width": 1280, "height": 900})
        steps.passed.append(f"{len(views)} views in {language}")
