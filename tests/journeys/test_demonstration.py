"""The whole procedure, as a newcomer sees it: one demonstration is played, told, looked at and walked through.

The tests share it, in any order: they compare what it came to with what it has kept of that, and add to it only what
a visitor adds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from domain.codes import CATEGORIES
from tests.journeys.demonstrations import ROOT, Home, Shown, fresh_home
from tests.pages.browser import watched_page
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

CASES = 60


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    with fresh_home() as home:
        yield home


@pytest.fixture(scope="module")
def shown(home: Home) -> Iterator[Shown]:
    with home.serving(cases=CASES) as shown:
        yield shown
    assert shown.process.returncode == 0, shown.errors
    told, _, stopping = shown.errors.rpartition("\nStopping\n")
    assert stopping == ""
    lines = told.splitlines()
    # Progress from the first second on, and no line of a log in between.
    assert lines[0].endswith("demonstration/log.jsonl")
    assert re.match(r" +0 s  loading the program, about \d+ s left", lines[1])
    assert all(re.fullmatch(r" *\d+ s  \S.*, about \d+ s left", line) for line in lines[1:]), shown.errors
    assert any("steps, about" in line for line in lines)


def test_it_files_checks_asks_decides_and_counts(home: Home, shown: Shown) -> None:
    figures = home.outcome["figures"]
    assert list(figures) == [
        "applications", "stages", "decisions", "residenceDecisions", "inadmissible", "withdrawn",
        "informationRequests", "lapsed", "documents", "onTime", "atRisk", "late", "openLate", "notMeasured", "paused",
        "warnings", "breaches", "checks", "manualTasks", "retold", "setAside", "events", "root", "seconds",
    ]  # fmt: skip
    assert figures["applications"] == sum(figures["stages"].values()) == CASES
    assert figures["onTime"] + figures["atRisk"] + figures["late"] + figures["notMeasured"] == CASES
    assert CASES < figures["checks"] < 2 * CASES, "one for each application and another for each renewal"
    assert figures["documents"] > CASES, "one for each application, and some more"
    nothing = {name for name, number in {**figures, **figures["stages"]}.items() if number == 0}
    assert nothing <= {"notMeasured"}, "every stage and every turn of the procedure is there"
    assert figures["residenceDecisions"] < figures["decisions"]
    assert figures["lapsed"] < figures["informationRequests"]


def test_every_category_is_filed_and_every_authority_retold(home: Home, shown: Shown) -> None:
    counted = {line.split()[0] for line in home.outcome["table"].splitlines() if line}
    assert set(CATEGORIES) <= counted
    figures = home.outcome["figures"]
    assert set(figures["retold"]) == {"brussels", "wallonia", "german-community"}
    assert all(figures["retold"].values())
    assert all(figures["setAside"].values())


def test_it_tells_the_figures_shortly_and_names_nobody(home: Home, shown: Shown) -> None:
    figures = home.outcome["figures"]
    assert re.search(rf"^ +applications +{CASES} ", shown.output, re.MULTILINE)
    # the open late cases are those of the board, and stand apart from those that were closed late
    late = figures["openLate"]
    assert re.search(rf"^ +open and late +{late} ", shown.output, re.MULTILINE)
    assert re.search(rf"^ +closed late +{figures['late'] - late} ", shown.output, re.MULTILINE)
    assert str(home.path / "demonstration" / "figures.json") in shown.output.replace("\n", "")
    assert len(shown.output.splitlines()) < 60
    told = shown.output + json.dumps(home.outcome)
    assert all(json.dumps(name) not in told + home.log for name in ("givenName", "familyName", "ssin"))
    assert "Traceback" not in told + home.log
    assert all(json.loads(line)["level"] for line in home.log.splitlines())


def test_each_role_gets_a_link_and_something_to_look_at(shown: Shown) -> None:
    assert list(shown.looks) == ["case handler", "employer", "representative", "worker", "operations", "regulator"]
    assert len({look.link for look in shown.looks.values()}) == 6


def test_the_page_told_to_each_role_is_open_to_it(home: Home, shown: Shown) -> None:
    # The links of the walk below are left for it: these roles are not in it.
    for who in ("representative", "worker", "regulator"):
        look = shown.looks[who]
        with httpx.Client(headers={"Accept-Language": "en"}, follow_redirects=True) as client:
            assert client.get(look.link).status_code == 200
            page = client.get(look.page)
            assert page.status_code == 200
            assert look.what.partition(":")[0] in page.text
            assert ("Answer the request" in page.text) == (who != "regulator")
            if who == "regulator":
                migration = client.get(f"{shown.address}/migration").text
                assert all(
                    name in migration
                    for name in ("Brussels-Capital Region", "Walloon Region", "German-speaking Community")
                )
                assert "The clock of this demonstration stands at 6 Mar 2026" in migration
                assert all(f">{number}<" in migration for number in home.outcome["figures"]["retold"].values())
            # pressed again it explains
            again = client.get(look.link)
            assert (again.status_code, "This sign-in link is no longer valid" in again.text) == (410, True)


def test_the_commands_that_it_and_the_readme_name_work_as_they_are_copied(shown: Shown) -> None:
    of_the_readme = re.findall(r"^\.venv/bin/permit ([^#\n]+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    program = shown.commands[0].removesuffix(" audit verify")
    assert len(shown.commands) == 3
    assert {command.removeprefix(f"{program} ") for command in shown.commands} <= {
        each.strip() for each in of_the_readme
    }
    for arguments in of_the_readme:
        command = ["sh", "-c", f"{program} {arguments}"]
        kept = {"PATH": os.environ["PATH"]}
        ended = subprocess.run(command, cwd=ROOT, env=kept, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, f"{arguments}: {ended.stdout} {ended.stderr}"
        assert ended.stdout


def test_the_tour_of_the_readme_is_true(shown: Shown, browser: Browser) -> None:
    """Step by step as the README has it, under the same numbers."""
    handler, employer, operations = (shown.looks[who] for who in ("case handler", "employer", "operations"))
    reference = handler.what.partition(":")[0]
    with watched_page(browser, locale="en-GB") as watched:
        page = watched.page
        # 1. Sign in
        page.goto(handler.link)
        expect(page.get_by_role("heading", name="Work queue")).to_be_visible()
        page.get_by_role("link", name="Nederlands").click()
        expect(page.get_by_role("heading", name="Werklijst")).to_be_visible()
        page.get_by_role("link", name="English").click()
        # 2. Queue
        page.get_by_label("Handler").select_option("Mine")
        page.get_by_label("Stage").select_option("Decision on the work part")
        page.get_by_role("button", name="Show", exact=True).click()
        page.get_by_role("link", name=reference).click()
        # 3. The case
        assert page.url == handler.page
        expect(page.get_by_role("heading", name="What you can do now")).to_be_visible()
        expect(page.locator(".timeline")).to_contain_text("admissible")
        page.get_by_text("Why this day?").first.click()
        page.get_by_role("link", name="Ask for information").click()
        page.get_by_label("Diploma", exact=False).first.check()
        page.get_by_label("Your question").fill("Please send the diploma.")
        page.get_by_role("button", name="Send the request").click()
        expect(page.locator(".case-head")).to_contain_text("Additional information requested")
        expect(page.get_by_text("Information was requested from the applicant, who may answer until")).to_be_visible()
        # 4. The employer
        page.goto(employer.link)
        expect(page.get_by_role("heading", name="My applications")).to_be_visible()
        asked = page.get_by_role("link", name="Answer the request")

        def both_requests_are_listed() -> bool:
            # Lists lag a little behind what was done.
            page.reload()
            return asked.count() == 2

        wait_until(both_requests_are_listed, because="both requests are in the employer's list", within=10)
        page.get_by_role("link", name=re.compile(f"^Answer the request .* {reference}$")).click()
        page.get_by_label("Your answer").fill("It is in the file.")
        page.get_by_role("button", name="Send the answer").click()
        expect(page.locator(".case-head")).to_contain_text("Application admissible")
        # 5. Board
        page.goto(operations.link)
        assert page.url == operations.page
        expect(page.get_by_role("heading", name="Service levels")).to_be_visible()
        page.locator(".tile", has_text="Late").get_by_role("link").first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert "/board/cases" in page.url
        page.get_by_role("link", name="Migration").click()
        for name in ("Brussels-Capital Region", "Walloon Region", "German-speaking Community"):
            expect(page.get_by_role("heading", name=name).first).to_be_visible()
    # 6. In another shell: see test_the_commands_that_it_and_the_readme_name_work_as_they_are_copied
