"""Where tests find a browser, how they open a page in it, and what they ask of every page.

A page is watched from the first byte: whatever the browser complains of fails the test in the end.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, Request, Response, sync_playwright

from domain.codes import LANGUAGES
from tests.world.products import by_day_and_night, whole
from tests.world.servers import NoServer, NotHere

NAMES_OF_BROWSERS = (
    # The same engine without windows: it takes a third of the processor time.
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)

WCAG_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

# Without a sandbox, because root and containers have none; nothing but our own pages is opened.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")

LONGEST_WORDS = ("fr", "de")

WIDTHS = (1280, 320)

WATCH_THE_POLICY = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""

# What the keyboard must reach; a group of radio buttons is one stop.
REACHABLE = """
() => {
  const seen = new Set();
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled)
    .filter((each) => {
      if (each.type !== "radio") return true;
      const first = !seen.has(each.name);
      seen.add(each.name);
      return first;
    }).length;
}
"""

# Where the focus is: a number of its own for the element, whether one sees it, and whether something lies over it.
FOCUSED = """
() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  window.permitStops ??= new Map();
  if (!window.permitStops.has(it)) window.permitStops.set(it, window.permitStops.size);
  const style = getComputedStyle(it);
  const box = it.getClientRects()[0];
  const [x, y] = [box.left + Math.min(box.width / 2, 20), box.top + Math.min(box.height / 2, 12)];
  const over = document.elementFromPoint(x, y);
  return {
    stop: window.permitStops.get(it),
    what: it.outerHTML.slice(0, 160),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: !over || !(it === over || it.contains(over) || over.contains(it)),
  };
}
"""

TOO_SMALL = """
() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.closest("p, .skip-link"))
  .map((each) => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 23.9 || box.height < 23.9)
  .map(([what, box]) => `${what} (${box.width} x ${box.height})`)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserPlace:
    """Somewhere to look. `find` gives the path of a program, or None for Playwright's own; or raises NotHere."""

    name: str
    find: Callable[[], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBrowser:
    place: str
    browser: Browser


def given_browser() -> str:
    path = os.environ.get("PERMIT_TEST_BROWSER")
    if not path:
        raise NotHere("PERMIT_TEST_BROWSER is not set")
    return path


def browser_on_path() -> str:
    for name in NAMES_OF_BROWSERS:
        if found := shutil.which(name):
            return found
    raise NotHere("none of " + ", ".join(NAMES_OF_BROWSERS))


def browser_of_playwright() -> None:
    """Launched without a path: Playwright knows where its own are, and says so where it has none."""


BROWSER_PLACES = (
    BrowserPlace(name="PERMIT_TEST_BROWSER", find=given_browser),
    BrowserPlace(name="PATH", find=browser_on_path),
    BrowserPlace(name="Playwright", find=browser_of_playwright),
)


@contextmanager
def first_browser(places: Sequence[BrowserPlace] = BROWSER_PLACES) -> Iterator[FoundBrowser]:
    """The browser of the first place that has one, until the end of the `with`; raises NoServer.

    A browser that was given and does not start is no reason to take another: its error passes.
    """
    with ExitStack() as opened:
        try:
            playwright = opened.enter_context(sync_playwright())
        except Exception as why:  # which is how Playwright says that its driver ended at once: for want of a library
            raise NoServer(f"Playwright's own driver does not run here: {why}") from why
        found = _launched(playwright, places)
        opened.callback(found.browser.close)
        yield found


def _launched(playwright: Playwright, places: Sequence[BrowserPlace]) -> FoundBrowser:
    reasons = []
    for place in places:
        try:
            path = place.find()
        except NotHere as why:
            reasons.append(f"{place.name}: {why}")
            continue
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as why:
            if path is not None:
                raise
            reasons.append(f"{place.name}: {str(why).splitlines()[0]}")
            continue
        return FoundBrowser(place=place.name, browser=browser)
    raise NoServer("; ".join(reasons))


@dataclass(slots=True)
class Watched:
    """A page and what the browser complained of; `forgive` what a test provokes on purpose."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    forgiven: list[re.Pattern[str]] = field(default_factory=list)

    def forgive(self, pattern: str) -> None:
        self.forgiven.append(re.compile(pattern))

    def unforgiven(self) -> list[str]:
        return [each for each in self.complaints if not any(known.search(each) for known in self.forgiven)]


@contextmanager
def watched_page(browser: Browser, **context: Any) -> Iterator[Watched]:
    """A page of a context of its own (see Playwright's `new_context`); fails in the end for any complaint."""
    chosen = {"locale": "nl-BE", "timezone_id": "Europe/Brussels", "viewport": {"width": 1280, "height": 800}} | context
    opened = browser.new_context(**chosen)
    try:
        page = opened.new_page()
        page.set_default_timeout(10_000)
        watched = Watched(page)
        page.add_init_script(WATCH_THE_POLICY)

        def heard(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                watched.complaints.append(f"console {message.type}: {message.text}")

        def answered(response: Response) -> None:
            if response.status >= 400:
                watched.complaints.append(f"status {response.status}: {response.url}")

        def failed(request: Request) -> None:
            # What the browser drops by itself as it leaves a page is no failure of anything.
            if request.failure != "net::ERR_ABORTED":
                watched.complaints.append(f"failed: {request.url} {request.failure}")

        page.on("console", heard)
        page.on("pageerror", lambda error: watched.complaints.append(f"error: {error}"))
        page.on("requestfailed", failed)
        page.on("response", answered)
        yield watched
    except BaseException as failed_by:
        for each in opened.pages:
            failed_by.add_note(picture_of_failure(each, uuid4().hex[:8]))
        raise
    finally:
        opened.close()
    assert not watched.unforgiven(), "\n".join(watched.unforgiven())


def in_each_language(by_day: str) -> pytest.MarkDecorator:
    """A ``code`` a language: in this one of the two longest here, in all four by night.

    Whether everyone can use a page hangs on its structure and on how long its words are.
    """
    assert by_day in LONGEST_WORDS
    return by_day_and_night("code", [(by_day,)], whole(LANGUAGES))


def in_each_language_and_width(*by_day: tuple[str, int]) -> pytest.MarkDecorator:
    """A ``code`` and a ``width``: both widths here, each in one of the longest languages, and all with all by night."""
    assert {width for _, width in by_day} == set(WIDTHS)
    return by_day_and_night("code, width", by_day, whole(LANGUAGES, WIDTHS))


def check_accessibility(page: Page) -> None:
    """No violation of the rules for WCAG 2.2 A and AA that axe-core knows."""
    # Of what passes one example a rule is enough: to describe every element takes longer than to judge it.
    options = {"runOnly": {"type": "tag", "values": list(WCAG_TAGS)}, "resultTypes": ["violations"]}
    result = Axe().run(page, options=options)
    assert result.response["passes"], "axe-core has looked at nothing"
    assert result.violations_count == 0, result.generate_report()


def check_reflow(page: Page) -> None:
    """Nothing but what scrolls by itself is broader than the window (WCAG 1.4.10)."""
    width, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= window, f"the page is {width} wide in a window of {window}"


def check_targets(page: Page) -> None:
    """What one clicks is 24 by 24 or stands within a sentence (WCAG 2.5.8)."""
    small = page.evaluate(TOO_SMALL)
    assert not small, "\n".join(small)


def check_keyboard(page: Page) -> int:
    """The Tab key reaches everything that can be used, once, with a focus that is seen; gives how many there are.

    The page must be fresh: the walk starts where a reader starts, and at the beginning of one that opens at an error.
    """
    page.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    expected = page.evaluate(REACHABLE)
    stops: list[int] = []
    for _ in range(expected):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused, f"the focus left the page after {len(stops)} of {expected} stops"
        assert focused["outlined"], f"the focus is not seen on {focused['what']}"
        assert focused["inView"], f"the focus is out of view on {focused['what']}"
        assert not focused["covered"], f"something covers {focused['what']}"
        stops.append(focused["stop"])
    assert stops == list(range(expected)), "the focus came to something twice"
    return expected


def keep_screenshot(page: Page, name: str) -> None:
    """A picture of the whole page in PERMIT_TEST_SCREENSHOTS, for a person who wants to look at the pages."""
    if directory := os.environ.get("PERMIT_TEST_SCREENSHOTS"):
        page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)


def picture_of_failure(page: Page, name: str) -> str:
    """Where the picture of a page is kept in whose test something failed, or why there is none."""
    directory = Path(os.environ.get("PERMIT_TEST_SCREENSHOTS") or tempfile.gettempdir())
    kept = directory / f"failed-{re.sub(r'[^a-zA-Z0-9]+', '-', name)}.png"
    try:
        page.screenshot(path=kept, full_page=True, timeout=5_000)
    except Error as why:
        return f"no picture of the page: {why.message.splitlines()[0]}"
    return f"the page as it was: {kept}"
