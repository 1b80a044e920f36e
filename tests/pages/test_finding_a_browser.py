"""Where a browser is looked for, and what happens where there is none."""

import pytest

from tests.pages.browser import BrowserPlace, browser_on_path, given_browser
from tests.world.servers import NoServer, NotHere, give_up


def test_a_browser_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERMIT_TEST_BROWSER", "/opt/browser")
    assert given_browser() == "/opt/browser"
    monkeypatch.delenv("PERMIT_TEST_BROWSER")
    with pytest.raises(NotHere, match="is not set"):
        given_browser()


def test_no_browser_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotHere, match="chromium"):
        browser_on_path()


def test_no_browser_is_a_skip_with_its_reason_or_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    why = NoServer(f"{BrowserPlace(name='PATH', find=browser_on_path).name}: none of chromium, chrome")
    monkeypatch.delenv("PERMIT_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="none of chromium"):
        give_up(why, "A browser")
    monkeypatch.setenv("PERMIT_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="A browser is required"):
        give_up(why, "A browser")
