"""The law for a lawyer: all of one category on a day, and what changes between two days; linkable and printable."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from api.app import create_app
from domain.codes import AUTHORITIES, CATEGORIES, LANGUAGES
from domain.law.rule_sets import RuleSets
from domain.law.rulebook import Rulebook
from infra.identity.caller import Role
from tests.law.small_laws import entry, origin, threshold
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    watched_page,
)
from tests.pages.case_service import CaseService
from tests.pages.served import served
from tests.world.examples import examples
from tests.world.products import by_day_and_night, whole

LEAST_TARGETS = 30

PUBLISHED_UNTIL_2026 = threshold(
    "FL-NURSE-2026",
    "40000.00",
    origin("2026-01-01", source="publisher: https://law.example/1", confidence="disputed"),
    'percentage = "80"',
    "published_until = 2026-12-31",
    'disputed_amounts = [{ amount = "40100.00", source = "another publisher: https://law.example/2" }]',
    category="nurse",
) + entry(
    "base_amount",
    """
id = "FL-BASE-2026"
basis = "statbelAverageWage"
amount = "50000.00"
unit = "EUR/year"
""",
    origin("2026-01-01", article="76", source="statistical office: https://law.example/3"),
)


@pytest.fixture(scope="module")
def client(service: CaseService) -> Iterator[httpx.Client]:
    """One for the file: a property tries many examples with it."""
    with httpx.Client(base_url=service.address, headers={"Accept-Language": "en"}) as opened:
        yield opened


@pytest.fixture
def client_of_other_law(service: CaseService, tmp_path: Path) -> Iterator[httpx.Client]:
    """The same service with a law of one amount, published until the end of 2026."""
    (tmp_path / "flanders").mkdir()
    (tmp_path / "flanders" / "law.toml").write_text(PUBLISHED_UNTIL_2026, encoding="utf-8")
    program = replace(service.program, rule_sets=RuleSets(Rulebook.load(tmp_path)))
    with (
        served(create_app(program, service.issuer)) as address,
        httpx.Client(base_url=address, headers={"Accept-Language": "en"}) as opened,
    ):
        yield opened


def seen(page: str) -> str:
    """The text of a page as its readers see it, without what is kept in English and without names of entries."""
    body = page.partition("<main")[2].partition("</main>")[0]
    body = re.sub(r'<(\w+)[^>]* lang="en".*?</\1>|<code>.*?</code>|<a href="http.*?</a>', " ", body, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", body))


def section(page: str, name: str) -> str:
    return page.partition(f'<section id="{name}"')[2].partition("</section>")[0]


def test_a_lawyer_reads_where_an_amount_comes_from(service: CaseService, browser: Browser) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        page.goto(f"{service.address}/law?lang=en&on=2025-06-01")
        page.get_by_role("table").first.get_by_role("link", name="Executive", exact=True).click()
        assert page.url == f"{service.address}/law/flanders/executive?on=2025-06-01"
        expect(page.get_by_role("heading", level=1)).to_contain_text("Flemish Region")
        derivation = page.get_by_role("table", name="Base amount times percentage")
        expect(derivation.get_by_role("row", name=re.compile("^Base amount"))).to_contain_text("€48,912.00 a year")
        expect(derivation.get_by_role("row", name=re.compile("^Percentage"))).to_contain_text("160%")
        expect(derivation.get_by_role("row", name=re.compile("^Exactly"))).to_contain_text("€78,259.20")
        expect(derivation.get_by_role("row", name=re.compile("^As published"))).to_contain_text("€78,259.00 a year")
        entry = page.locator("#FL-EXEC-2025")
        expect(entry).to_contain_text("Decision of the Flemish Government of 7 December 2018, art. 17")
        # Each entry has an address of its own, and the day can be changed.
        page.get_by_role("link", name="Link to this entry: FL-EXEC-2025").click()
        assert page.url.endswith("#FL-EXEC-2025")
        page.get_by_label("Law of the day").fill("01/06/2024")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#FL-EXEC-2024")).to_contain_text("€74,611.00 a year")


# Each page in one of the two longest languages here, in all of them by night.
IN_THE_GATE = {
    "/law/flanders/mediumSkilledOther": "de",
    "/law/german-community/highlySkilled": "fr",
    "/law/changes": "de",
    "/law/x/y": "fr",
}


@by_day_and_night("path, code", list(IN_THE_GATE.items()), whole(IN_THE_GATE, LANGUAGES))
def test_everyone_can_use_the_pages(service: CaseService, browser: Browser, path: str, code: str) -> None:
    with watched_page(browser) as watched:
        watched.forgive("404")
        page = watched.page
        page.goto(f"{service.address}{path}?lang={code}")
        check_accessibility(page)
        check_targets(page)
        if (path, code) == ("/law/flanders/mediumSkilledOther", "de"):
            assert check_keyboard(page) > LEAST_TARGETS
        page.set_viewport_size({"width": 320, "height": 700})
        check_reflow(page)


def test_a_printed_page_has_the_law_and_no_forms(service: CaseService, browser: Browser) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{service.address}/law/flanders/highlySkilled?lang=en")
        page.emulate_media(media="print")
        expect(page.get_by_role("button", name="Show")).to_be_hidden()
        expect(page.get_by_role("link", name="Conditions")).to_be_hidden()
        expect(page.locator("#FL-LEVEL-HS-2026")).to_be_visible()
        expect(page.get_by_text("To cite this page as it is now:")).to_contain_text(
            f"{service.address}/law/flanders/highlySkilled?on=2026-01-20&knownOn=2026-01-20"
        )


def test_what_is_disputed_stands_with_the_other_readings(client: httpx.Client) -> None:
    disputed = section(client.get("/law/flanders/mediumSkilledOther").text, "disputed")
    assert "the day of the decision" in disputed
    # A question is told once, however many entries of it are in force.
    assert disputed.count("pay by the scale of the joint committee, and a labour-market test") == 1


def test_remarks_of_those_who_keep_the_law_are_for_officials(service: CaseService, browser: Browser) -> None:
    remark, source = "Not confirmed by any source found", "project brief only"
    with watched_page(browser) as watched:
        page = watched.page
        # given anybody at all
        page.goto(f"{service.address}/law/flanders/mediumSkilledOther?lang=nl")
        expect(page.locator("#FL-MED-SEED")).to_contain_text("Niet bevestigd door een gepubliceerde bron")
        expect(page.locator("main")).not_to_contain_text(re.compile("opdracht van het project", re.IGNORECASE))
        expect(page.locator("main")).not_to_contain_text(remark)
        expect(page.locator("main")).not_to_contain_text(source)
        # and an employer
        service.sign_in(page.context, Role.EMPLOYER, value="0202239951")
        page.reload()
        expect(page.locator("main")).not_to_contain_text(remark)
        # when a case handler reads the same page
        service.sign_in(page.context, Role.CASE_HANDLER, value="flanders")
        page.reload()
        # then the remarks are there
        expect(page.locator("#FL-MED-SEED")).to_contain_text(remark)
        expect(page.locator("#FL-MED-SEED")).to_contain_text(source)


def test_what_is_not_known_is_said(client: httpx.Client) -> None:
    page = client.get("/law/german-community/highlySkilled").text
    assert "The published amount has no date of entry into force" in section(page, "amount")
    assert "€49,830.00 a year" in section(page, "amount")
    unknown = section(page, "unknown")
    assert "Minimum gross pay: the published amount has no date of entry into force." in unknown
    assert "The article was not found for:" in unknown


def test_the_law_of_another_day_and_as_known_on_a_day(client: httpx.Client) -> None:
    assert 'id="FL-HS-2025"' in client.get("/law/flanders/highlySkilled", params={"on": "01/02/2025"}).text
    asked = {"on": "2025-02-01", "knownOn": "2024-12-31"}
    before = client.get("/law/flanders/highlySkilled", params=asked).text
    assert 'id="FL-HS-2025"' not in before
    assert "The law of 1 February 2025, as known on 31 December 2024." in before


@pytest.mark.parametrize(
    ("path", "ways"),
    [
        ("/law/atlantis/nurse", [f"/law/{each}/nurse" for each in AUTHORITIES]),
        ("/law/flanders/astronaut", [f"/law/flanders/{each}" for each in CATEGORIES]),
        ("/law/atlantis/astronaut", [f"/law?authority={each}" for each in AUTHORITIES]),
    ],
)
def test_where_there_is_no_such_law_the_page_says_which_there_are(
    client: httpx.Client, path: str, ways: list[str]
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert " are:" in answer.text
    for way in ways:
        assert f'<a href="{way}' in answer.text
    assert "astronaut" not in seen(answer.text)


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("/law/flanders/nurse", {"on": "30/02/2026"}, "on"),
        ("/law/flanders/nurse", {"knownOn": "yesterday"}, "knownOn"),
        ("/law/changes", {"from": "2026-13-01"}, "from"),
        ("/law/changes", {"to": "<script>"}, "to"),
        ("/law/changes", {"from": "2026-03-01", "to": "2026-02-28"}, "to"),
        ("/law/changes", {"authority": "atlantis"}, "authority"),
        ("/law/changes", {"knownOn": "soon"}, "knownOn"),
    ],
)
def test_an_impossible_day_is_named_at_its_field(
    client: httpx.Client, path: str, asked: dict[str, str], field: str
) -> None:
    answer = client.get(path, params=asked)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert "<script>" not in answer.text


def test_what_changes_between_two_days_stands_day_by_day(client: httpx.Client) -> None:
    asked = {"authority": "flanders", "from": "2024-12-31", "to": "2026-01-01"}
    page = client.get("/law/changes", params=asked).text
    assert re.findall(r'<h3 id="flanders-([0-9-]+)"', page) == ["2025-01-01", "2026-01-01"]
    assert "€46,632.00 a year" in section(page, "flanders")
    # The first day is left out, the second one is in.
    page = client.get("/law/changes", params=asked | {"from": "2025-01-01", "to": "2025-12-31"}).text
    assert "Nothing changes between these days" in section(page, "flanders")
    assert client.get("/law/changes", params=asked | {"from": "2025-01-01", "to": "2025-01-01"}).status_code == 200


def test_the_changes_of_all_authorities_tell_federal_law_once(client: httpx.Client) -> None:
    page = client.get("/law/changes", params={"from": "2000-01-01", "to": "2026-12-31"}).text
    assert re.findall(r'<section id="([a-z-]+)"', page) == [*AUTHORITIES, "federal"]
    assert "(federal law)" in section(page, "federal")
    assert not [each for each in AUTHORITIES if "(federal law)" in section(page, each)]


def test_the_grounds_that_findings_rest_on_stand_on_the_page_of_the_category(client: httpx.Client) -> None:
    told = client.get("/law/flanders/highlySkilled?on=2026-01-20").text
    for provision in ("FL-CONTRACT-CONTENT-2026", "FL-EMPLOYER-AGE", "FL-EMPLOYER-STAFF", "FL-EMPLOYER-DEBTS"):
        assert f'id="{provision}"' in told, provision
    assert "The authority may refuse on this ground and need not." in told
    # and they are told on the day on which they begin
    assert "Content of the contract" in client.get("/law/changes?from=2025-12-31&to=2026-01-01").text


def test_who_owes_no_fee_stands_with_the_fees(client: httpx.Client) -> None:
    told = client.get("/law/flanders/highlySkilled").text
    assert told.index("Documents and fees</h2>") < told.index('id="FED-CONTRIBUTION-EXEMPT-TURKEY"')


def test_a_fee_of_which_the_next_amount_is_not_held_has_not_ended(client: httpx.Client) -> None:
    # given the contribution of 2026, and none of 2027 in the law data
    told = client.get("/law/changes?from=2026-12-31&to=2027-01-01").text
    assert "the amount from this day on is not known" in told
    assert "no longer" not in told


def test_a_function_of_which_nobody_knows_whether_it_stayed_is_not_told_to_be_on_the_list(client: httpx.Client) -> None:
    # given the list of 2026, of which the law data hold some changes only
    told = unescape(client.get("/law/flanders/mediumSkilledShortage?on=2026-02-02").text)
    entry = told[told.index('id="FL-OCC-CRANE-OPERATOR"') :].partition("</li>")[0]
    assert "on the list, at least until 31 December 2025" in entry


def test_a_reduced_amount_is_no_dispute(client: httpx.Client) -> None:
    told = section(client.get("/law/wallonia/euBlueCard?on=2026-01-20").text, "amount")
    assert "reduced amount: €55,052.00 a year with less than 3 years of experience" in told
    assert "other source" not in told


def test_what_a_closed_category_is_tested_on_is_no_gap(client: httpx.Client) -> None:
    told = client.get("/law/brussels/executive?on=2026-01-20").text
    assert 'id="BR-CLOSED-EXECUTIVE"' in told
    assert "What this category is tested on was not found." not in told


def test_a_month_before_a_publication_ends_it_is_said(client_of_other_law: httpx.Client) -> None:
    def of(on: str) -> tuple[str, str]:
        asked = {"on": on}
        law, nurse = (
            client_of_other_law.get("/law", params=asked),
            client_of_other_law.get("/law/flanders/nurse", params=asked),
        )
        assert (law.status_code, nurse.status_code) == (200, 200)
        return law.text, section(nurse.text, "amount")

    law, nurse = of("2026-11-29")
    assert "not published yet" not in law + nurse
    law, nurse = of("2026-11-30")
    assert "Amounts from 1 January 2027: not published yet. Nurse (until then €40,000.00 a year)." in seen(law)
    assert "After 31 December 2026: not published yet." in nurse
    law, nurse = of("2027-01-01")
    assert "The amount for that day has not been published yet" in law
    assert 'id="amounts"' not in law
    assert "Until its publication ended this amount applied:" in nurse
    assert "€40,000.00 a year" in nurse
    between = client_of_other_law.get("/law/changes", params={"from": "2026-12-31", "to": "2027-01-01"}).text
    assert "The amount for that day has not been published yet" in section(between, "flanders")


def test_amounts_of_equal_weight_stand_beside_the_one_that_is_shown(client_of_other_law: httpx.Client) -> None:
    page = client_of_other_law.get("/law/flanders/nurse", params={"on": "2026-06-01"}).text
    assert "another source of equal weight:" in section(page, "amount")
    assert "€40,100.00 a year" in section(page, "disputed")


UNTRANSLATED = re.compile(r"\b[a-z]+[A-Z][A-Za-z]*\b|%\(|\bNone\b|\{\{")


def untranslated(page: str) -> list[str]:
    """Codes of the law and of the lists, and what a page says where it has no words."""
    return UNTRANSLATED.findall(seen(page))


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_every_category_can_be_told_in_every_language(client: httpx.Client, authority: str) -> None:
    for number, category in enumerate(CATEGORIES):
        language = LANGUAGES[number % len(LANGUAGES)]
        for day in ("2019-06-01", "2026-03-01"):
            answer = client.get(f"/law/{authority}/{category}", params={"on": day, "lang": language})
            assert answer.status_code == 200
            assert untranslated(answer.text) == []


@given(
    authority=st.sampled_from(AUTHORITIES),
    category=st.sampled_from(CATEGORIES),
    on=st.dates(date(2015, 1, 1), date(2031, 12, 31)) | st.sampled_from([date.min, date.max]),
    known_on=st.none() | st.dates(date(2015, 1, 1), date(2031, 12, 31)) | st.sampled_from([date.min, date.max]),
    language=st.sampled_from(LANGUAGES),
)
@settings(max_examples=examples(60), deadline=None)
def test_any_day_of_any_category_has_a_page_without_an_untranslated_code(
    client: httpx.Client, authority: str, category: str, on: date, known_on: date | None, language: str
) -> None:
    asked = {"on": on.isoformat(), "lang": language} | ({} if known_on is None else {"knownOn": known_on.isoformat()})
    answer = client.get(f"/law/{authority}/{category}", params=asked)
    assert answer.status_code == 200
    assert untranslated(answer.text) == []
    # No anchor stands twice: a link leads to one place.
    anchors = re.findall(r' id="([^"]+)"', answer.text)
    assert len(anchors) == len(set(anchors))
    # French never breaks a line before a colon.
    if language == "fr":
        assert not re.search(r"[^\s\xa0\d/p]:(?!//)\s", seen(answer.text))


@given(
    after=st.dates(date(2015, 1, 1), date(2028, 1, 1)),
    until=st.dates(date(2015, 1, 1), date(2028, 1, 1)),
    authority=st.sampled_from(["", *AUTHORITIES]),
    language=st.sampled_from(LANGUAGES),
)
@settings(max_examples=20, deadline=None)
def test_changes_between_any_two_days_can_be_told(
    client: httpx.Client, after: date, until: date, authority: str, language: str
) -> None:
    first, second = sorted((after, until))
    asked = {"from": first.isoformat(), "to": second.isoformat(), "authority": authority, "lang": language}
    answer = client.get("/law/changes", params=asked)
    assert answer.status_code == 200
    assert untranslated(answer.text) == []
    days = [date.fromisoformat(each) for each in re.findall(r'<h3 id="[a-z-]+-([0-9]{4}-[0-9-]+)"', answer.text)]
    assert all(first < day <= second for day in days)
