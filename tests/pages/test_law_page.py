"""The law for everybody: amounts of a day, what changed, and a calculator that keeps nothing of what it is told."""

import html
import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from infra.identity.caller import Role
from tests.pages.browser import (
    check_accessibility,
    check_keyboard,
    check_reflow,
    check_targets,
    in_each_language,
    keep_screenshot,
    watched_page,
)
from tests.pages.case_service import CaseService

BIRTH_DATE, PAY = "29/02/1996", "48912"
SKILLED = {
    "facts.authority": "flanders",
    "facts.category": "highlySkilled",
    "facts.filedOn": "20/01/2026",
    "facts.employment.contract": "belgian",
    "facts.employment.grossPay.amount": PAY,
    "facts.employment.grossPay.period": "year",
    "facts.employment.qualificationLevel": "6",
}
OTHER = SKILLED | {
    "facts.category": "mediumSkilledOther",
    "facts.employment.qualificationLevel": "4",
    "facts.employment.grossPay.amount": "3.000,00",
    "facts.employment.grossPay.period": "month",
    "facts.labourMarketTest.publications.0.channel": "VDAB",
    "facts.labourMarketTest.publications.0.from": "01/11/2025",
    "facts.labourMarketTest.publications.0.to": "02/01/2026",
    "facts.labourMarketTest.publications.2.channel": "EURES",
    "facts.labourMarketTest.publications.2.from": "01/11/2025",
    "facts.labourMarketTest.publications.2.to": "02/01/2026",
}
LEAST_TARGETS = 30


def filled_in(page: Page, values: dict[str, str]) -> None:
    folded = page.locator("#form details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    for name, value in values.items():
        field = page.locator(f'[name="{name}"]')
        if field.evaluate("it => it.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def verdicts(text: str) -> list[str]:
    """The verdict of the answer, and behind it those of its findings."""
    answer = text.partition('id="answer"')[2].partition("<form")[0]
    return re.findall(r">(Met|Not met|Undetermined)</span>", answer)


def test_an_employer_looks_up_an_amount_and_calculates(service: CaseService, browser: Browser) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        page.goto(f"{service.address}/?lang=en")
        page.get_by_role("link", name="Rules and calculator", exact=True).click()
        row = page.get_by_role("row", name=re.compile("^Highly skilled worker €"))
        expect(row).to_contain_text("€48,912.00 a year")
        expect(row).to_contain_text("from 1 Jan 2025")
        expect(row).to_contain_text("Decision of the Flemish Government of 7 December 2018, art. 17")
        expect(row.get_by_role("link").first).to_have_attribute("href", re.compile("^/law/flanders/highlySkilled"))
        expect(row.get_by_role("link").last).to_have_attribute("href", re.compile("^https://"))
        filled_in(page, SKILLED)
        page.get_by_role("button", name="Calculate").click()
        answer = page.get_by_role("region", name="Answer")
        expect(answer).to_contain_text("With these facts every requirement that could be tested is met.")
        expect(answer).to_contain_text("Judged by the law of 20 January 2026, as known on 20 January 2026.")
        expect(answer).to_contain_text("decided by the day of filing: one of 5 readings that the sources leave open.")
        keep_screenshot(page, "law-answer-en")
        # What was filled in stays, for the next try.
        expect(page.locator('[name="facts.employment.grossPay.amount"]')).to_have_value(PAY)
        page.locator('[name="facts.employment.grossPay.amount"]').fill("48.911,99")
        page.get_by_role("button", name="Calculate").click()
        expect(answer).to_contain_text("With these facts the application would not meet: salary threshold.")
        page.get_by_role("button", name="Nederlands").click()
        expect(page.get_by_role("region", name="Antwoord")).to_contain_text("Niet voldaan")
        assert page.url == f"{service.address}/law?lang=nl#calculator"


@in_each_language("fr")
def test_everyone_can_use_the_page(service: CaseService, browser: Browser, code: str) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        page.goto(f"{service.address}/law?lang={code}")
        check_accessibility(page)
        check_targets(page)
        assert check_keyboard(page) > LEAST_TARGETS
        keep_screenshot(page, f"law-{code}")
        filled_in(page, OTHER)
        page.locator('#form button[type="submit"]').click()
        page.wait_for_selector("#answer")
        check_accessibility(page)
        check_targets(page)
        page.set_viewport_size({"width": 320, "height": 700})
        check_reflow(page)
        keep_screenshot(page, f"law-answer-{code}-320")


def test_what_changed_on_a_day(service: CaseService, browser: Browser) -> None:
    with watched_page(browser, java_script_enabled=False) as watched:
        page = watched.page
        page.goto(f"{service.address}/law?lang=en&authority=flanders&on=2025-03-01")
        # The latest change before the day that is looked at stands open.
        changed = page.get_by_role("region", name="Flemish Region: what changed on 1 January 2025")
        row = changed.get_by_role("row", name=re.compile("^Highly skilled worker €"))
        expect(row).to_contain_text("€46,632.00 a year")
        expect(row).to_contain_text("€48,912.00 a year")
        expect(row).to_contain_text("+€2,280.00")
        expect(row).to_contain_text("+4.9%")
        page.get_by_role("link", name="1 Jan 2026").click()
        changed = page.get_by_role("region", name="Flemish Region: what changed on 1 January 2026")
        expect(changed.get_by_role("row", name="Professional athlete")).to_contain_text("No amount is in force")
        rules = changed.get_by_role("list", name="Rules that begin, end or change")
        expect(rules).to_contain_text("at least level 5")
        expect(rules).to_contain_text("no longer")
        expect(page.get_by_label("Law of the day")).to_have_value("01/03/2025")


@pytest.mark.parametrize(
    ("authority", "day", "told"),
    [
        ("flanders", "2019-01-01", "at most 3 years"),
        ("flanders", "2019-01-01", "until the day before the birthday on which the worker is 30, unless the contract"),
        ("brussels", "2024-05-01", "at least 24 months, or the shorter contract and 3 months"),
        ("wallonia", "2019-01-01", "queries to the Crossroads Bank: 10 years, of which 6 months online"),
        (
            "wallonia",
            "2026-05-21",
            "the worker is informed of the status of the application (not transposed into Belgian law)",
        ),
        ("flanders", "2019-01-01", "Exemption from the fee"),
    ],
)
def test_how_long_permits_last_and_records_are_kept_and_who_owes_nothing(
    client: httpx.Client, authority: str, day: str, told: str
) -> None:
    asked = {"authority": authority, "changedOn": day, "knownOn": "2026-06-01"}
    assert told in client.get("/law", params=asked).text


def test_an_amount_a_month_is_not_compared_with_one_a_year(client: httpx.Client) -> None:
    text = client.get("/law", params={"authority": "brussels", "changedOn": "2024-10-01"}).text
    row = next(each for each in text.split("<tr>") if "Highly skilled worker</th>" in each and " a year" in each)
    assert "a month" in row
    assert row.count('<td class="number">\u2013</td>') == 2


def test_a_category_without_an_amount_says_why_and_no_figure_is_made_up(client: httpx.Client) -> None:
    text = client.get("/law", params={"authority": "german-community"}).text
    assert "no amount is in force on 20 January 2026 in the law data" in text
    assert "€49,830.00 a year is published without the day on which it took effect, and is not applied." in text
    assert 'id="amounts"' not in text
    assert "The published amount has no date of entry into force" in text


def test_only_what_was_known_by_a_day(client: httpx.Client) -> None:
    asked = {"authority": "flanders", "on": "01/02/2025"}
    assert "€48,912.00 a year" in client.get("/law", params=asked).text
    before = client.get("/law", params=asked | {"knownOn": "31/12/2024"}).text
    assert "€48,912.00 a year" not in before
    assert 'value="31/12/2024"' in before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Met"),
        ({"facts.employment.grossPay.amount": "48.911,99"}, "Not met"),
        ({"facts.employment.grossPay.amount": ""}, "Undetermined"),
        ({"facts.filedOn": "31/12/2024", "facts.employment.grossPay.amount": "46632"}, "Met"),
        ({"facts.authority": "german-community"}, "Undetermined"),
        ({"facts.category": "researcher"}, "Undetermined"),
    ],
)
def test_the_calculator_judges_as_the_law_does(client: httpx.Client, changes: dict[str, str], expected: str) -> None:
    answer = client.post("/law", data=SKILLED | changes)
    assert answer.status_code == 200
    assert verdicts(answer.text)[0] == expected


def test_the_answer_says_which_other_reading_of_the_deciding_day_gives_another_outcome(client: httpx.Client) -> None:
    facts = SKILLED | {
        "facts.filedOn": "20/12/2024",
        "facts.employment.start": "01/02/2025",
        "facts.employment.grossPay.amount": "47000",
    }
    answer = client.post("/law", data=facts).text
    assert verdicts(answer)[0] == "Met"
    assert "If the first day of work (1 February 2025) decided, the outcome would be: not met." in answer
    assert (
        "Not known from these facts: the day of the declaration of admissibility and the day of the decision." in answer
    )


@pytest.mark.parametrize(
    ("last_day", "expected", "whole"), [("02/01/2026", "Met", "Undetermined"), ("01/01/2026", "Not met", "Not met")]
)
def test_the_last_day_of_a_publication_counts(client: httpx.Client, last_day: str, expected: str, whole: str) -> None:
    """Whether the work is on the list of the employment service is left to a person in any case.

    63 days from 1 November to 2 January, both counted, and 62 to the day before; on EURES alone it is not enough."""
    answer = client.post("/law", data=OTHER | {"facts.labourMarketTest.publications.0.to": last_day})
    assert verdicts(answer.text)[:3] == [whole, expected, "Not met"]
    assert verdicts(answer.text)[3] == expected


def test_what_is_wrong_stands_at_its_field_and_what_was_written_stays(service: CaseService, browser: Browser) -> None:
    wrong = OTHER | {
        "facts.category": "",
        "facts.worker.birthDate": "31/02/1996",
        "facts.employment.fullTimeEquivalent": "180",
        "facts.employment.grossPay.amount": "-1",
        "facts.labourMarketTest.publications.2.to": "01/10/2025",
    }
    with watched_page(browser) as watched:
        page = watched.page
        watched.forgive("400")
        page.goto(f"{service.address}/law?lang=en")
        filled_in(page, wrong)
        page.get_by_role("button", name="Calculate").click()
        assert page.title().startswith("Error:")
        named = {
            "facts.category": "Category: choose an option",
            "facts.worker.birthDate": "enter a day that exists, such as 01/03/2026",
            "facts.employment.fullTimeEquivalent": "enter a share above 0 and at most 100 per cent",
            "facts.employment.grossPay.amount": "Gross pay in euros: this amount is not possible here",
            "facts.labourMarketTest.publications.2.to": "Publication 3: last day: the end is before the start",
        }
        expect(page.get_by_role("alert").get_by_role("link")).to_have_count(len(named))
        for name, said in named.items():
            field = page.locator(f'[name="{name}"]')
            expect(field).to_have_attribute("aria-invalid", "true")
            expect(field).to_have_value(wrong[name])
            expect(field).to_be_visible()
            expect(page.locator(f'[id="{name}-error"]')).to_contain_text(said)
        check_accessibility(page)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"authority": "atlantis"}, "authority"),
        ({"on": "2026-02-30"}, "on"),
        ({"on": "<script>"}, "on"),
        ({"knownOn": "yesterday"}, "knownOn"),
        ({"on": "2026-W01-1"}, "on"),
    ],
)
def test_an_address_that_asks_the_impossible(client: httpx.Client, asked: dict[str, str], field: str) -> None:
    answer = client.get("/law", params=asked)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "1999-01-01"])
def test_a_day_before_any_law(client: httpx.Client, day: str) -> None:
    asked = client.get("/law", params={"on": day, "changedOn": day, "knownOn": day})
    assert asked.status_code == 200
    assert "€" not in asked.text.partition('id="calculator"')[0]


def test_the_last_day_there_is(client: httpx.Client) -> None:
    """An amount without an end stays in force, and is not published for a day so far ahead."""
    day = "9999-12-31"
    asked = client.get("/law", params={"on": day, "changedOn": day, "knownOn": day})
    assert asked.status_code == 200
    assert "Nothing changed on this day in the law data." in asked.text
    assert "The amount for that day has not been published yet" in asked.text


@pytest.mark.parametrize(
    "changes",
    [
        {"facts.authority": "atlantis"},
        {"facts.filedOn": ""},
        {"facts.filedOn": "31/12/9999"},
        {"facts.employment.grossPay.amount": "a lot"},
        {"facts.employment.qualificationLevel": "9"},
        {"facts.employment.fullTimeEquivalent": "0"},
        {"facts.labourMarketTest.publications.1.channel": "VDAB"},
        {"facts.labourMarketTest.publications.1.to": "31/12/9999"},
        {"facts.transfer.priorServiceMonths": "many"},
        {"facts.employment.workplace.municipalityCode": "Antwerp"},
        {"facts.worker.birthDate": "21/01/2026"},
    ],
)
def test_impossible_facts_are_refused_at_a_field(client: httpx.Client, changes: dict[str, str]) -> None:
    answer = client.post("/law", data=SKILLED | changes)
    assert answer.status_code == 400
    assert set(re.findall(r'href="#(facts[^"]+)"', answer.text)) & {*changes, *_beside(changes)}
    assert 'id="answer"' not in answer.text


@pytest.mark.parametrize(
    ("language", "code", "told"),
    [
        ("nl", "23024", "deze code gold tot en met 31 december 2024: schrijf 23106 (Pajottegem)"),
        (
            "fr",
            "54010",
            "ce code était en vigueur jusqu\u2019au 31 décembre 2018\u00a0: écrivez 57097 (Comines-Warneton)",
        ),
        ("de", "82003", "dieser Code galt bis zum 1. Dezember 2024: Schreiben Sie 82039 (Bastnach)"),
        ("nl", "19999", "geen gemeente heeft deze NIS-code: zoek ze op in de lijst van Statbel"),
        ("en", "11007", "this code was in force until 31 December 2024: write 11002 (Antwerpen)"),
    ],
)
def test_a_municipality_that_is_not_on_the_list_is_named_with_the_code_to_write(
    client: httpx.Client, language: str, code: str, told: str
) -> None:
    place = {"facts.employment.workplace.municipalityCode": code}
    answer = client.post("/law", params={"lang": language}, data=SKILLED | place)
    assert answer.status_code == 400
    assert told in html.unescape(answer.text)
    assert 'href="#facts.employment.workplace.municipalityCode"' in answer.text


def _beside(changes: dict[str, str]) -> set[str]:
    """Half a publication lacks its other fields."""
    return {f"{name.rpartition('.')[0]}.from" for name in changes if ".publications." in name}


def test_nothing_is_stored_and_nothing_personal_is_in_an_address_or_a_log(
    service: CaseService, client: httpx.Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    before = service.program.recorder.max_notification_id()
    facts = SKILLED | {"facts.category": "highlySkilledUnder30", "facts.worker.birthDate": BIRTH_DATE}
    answer = client.post("/law", data=facts)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    # No link of the answer carries a fact, and no redirect led to one.
    addresses = re.findall(r'(?:href|action|formaction)="([^"]*)"', answer.text)
    assert not answer.history
    assert not [each for each in addresses if "1996" in each or PAY in each]
    assert service.program.recorder.max_notification_id() == before
    written = caplog.text + "".join(capfd.readouterr())
    assert BIRTH_DATE not in written
    assert "1996-02-29" not in written
    assert PAY not in written


def test_another_site_cannot_send_the_form(client: httpx.Client) -> None:
    refused = client.post("/law", data=SKILLED, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert 'id="answer"' not in refused.text


def test_a_form_of_another_kind_is_refused(client: httpx.Client) -> None:
    assert client.post("/law", json=SKILLED).status_code == 415
    assert client.post("/law", data={"facts.authority": "x" * 2_000_000}).status_code == 413


def test_who_is_signed_in_has_his_own_ways_and_begins_with_his_authority(
    service: CaseService, browser: Browser
) -> None:
    with watched_page(browser) as watched:
        page = watched.page
        service.sign_in(page.context, Role.CASE_HANDLER, value="flanders")
        page.goto(f"{service.address}/queue?lang=en")
        page.get_by_role("link", name="Rules and calculator", exact=True).click()
        expect(page.get_by_role("link", name="Work queue")).to_be_visible()
        here = page.get_by_role("link", name="Rules and calculator", exact=True)
        expect(here).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("heading", name="Flemish Region: what changed on 1 January 2026")).to_be_visible()
