"""What a test of pages may ask for: a watched page in the browser of the session, and the gallery on a socket."""

from collections.abc import Generator, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.pages.browser import Watched, picture_of_failure, watched_page
from tests.pages.case_service import CaseService, case_service
from tests.pages.gallery import gallery_app
from tests.pages.served import served


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page of 1280 by 800 of a Dutch-speaking reader, with what the browser complained of."""
    with watched_page(browser) as opened:
        yield opened


@pytest.fixture
def page(watched: Watched) -> Page:
    """The page alone, for tests that provoke nothing; any complaint of the browser fails them."""
    return watched.page


@pytest.fixture(scope="module")
def service(admin_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseService]:
    """A service of the file's own, on 20 January 2026, with no case in it. Files with another kind have theirs."""
    with case_service(admin_url, tmp_path_factory.mktemp("home")) as opened:
        yield opened


@pytest.fixture
def client(service: CaseService) -> Iterator[httpx.Client]:
    """What reads that service's pages in English, not signed in."""
    with httpx.Client(base_url=service.address, headers={"Accept-Language": "en"}) as opened:
        yield opened


@pytest.fixture(scope="session")
def gallery() -> Iterator[str]:
    """The address of the gallery of all macros and charts."""
    with served(gallery_app()) as address:
        yield address


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails with its page open leaves a picture of it."""
    report = yield
    watched = getattr(item, "funcargs", {}).get("watched")
    if report.when == "call" and report.failed and isinstance(watched, Watched):
        report.sections.append(("page", picture_of_failure(watched.page, item.name)))
    return report
