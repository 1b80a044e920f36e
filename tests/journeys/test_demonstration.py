"""The main job from end to end, as a newcomer sees it: played, counted, cut off, played again, never over real data."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from api.composition import open_program
from domain.case.commands import CommandContext, Minted, SubmitApplication
from infra.settings import Settings
from infra.time_ordered_ids import time_ordered_id
from tests.audit.case_book import application
from tests.databases import fresh_database
from tests.journal.appends import JournalAsStored
from tests.journeys.demonstrations import Ended, Home, fresh_home

pytestmark = pytest.mark.server

CASES = 80

VISIT = re.compile(
    r"^(\w[\w ]*?)  +\S+ *(?:see (\S+) \(\w+\))?\n  ([\w-]+\.[\w-]+\.[\w-]+)\n(?:  (http\S+)\n)?", re.MULTILINE
)
"""Whom the demonstration shows: who it is, the reference of a case, the token, and the address of the case."""


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    with fresh_home() as home:
        yield home


@pytest.fixture(scope="module")
def played(home: Home) -> Ended:
    return home.demo(cases=CASES)


def without_chance(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures that must be the same whenever the same plan is played: keys are random, so the root is."""
    return {name: value for name, value in figures.items() if name not in ("root", "seconds")}


def test_it_files_checks_asks_decides_counts_and_ends(played: Ended) -> None:
    assert played.code == 0, played.errors
    figures = played.last_line
    assert list(figures) == [
        "applications", "stages", "decisions", "residenceDecisions", "inadmissible", "withdrawn",
        "informationRequests", "lapsed", "documents", "onTime", "atRisk", "late", "notMeasured", "paused",
        "warnings", "breaches", "checks", "manualTasks", "events", "root", "seconds",
    ]  # fmt: skip
    assert figures["applications"] == sum(figures["stages"].values()) == CASES
    assert figures["onTime"] + figures["atRisk"] + figures["late"] + figures["notMeasured"] == CASES
    assert CASES < figures["checks"] < 2 * CASES, "one for each application and another for each renewal"
    assert figures["documents"] > CASES, "one for each application, and some more"


def test_every_stage_and_every_turn_of_the_procedure_is_there(played: Ended) -> None:
    figures = played.last_line
    nothing = {name for name, number in {**figures, **figures["stages"]}.items() if number == 0}
    assert nothing <= {"notMeasured"}
    assert figures["residenceDecisions"] < figures["decisions"]
    assert figures["lapsed"] < figures["informationRequests"]


def test_it_shows_a_token_for_each_role_and_a_case_that_it_opens(home: Home, played: Ended) -> None:
    assert played.code == 0, played.errors
    with home.started("demo", f"--cases={CASES}") as process:
        visits = VISIT.findall("".join(shown_until(process, "regulator")))
        opened = [
            reference in httpx.get(href, headers={"Cookie": f"session={token}"}).text
            for _, reference, token, href in visits
            if href
        ]
    assert [who for who, *_ in visits] == [
        "employer", "its representative", "worker",
        "case handler", "lead of the case handlers", "operations", "regulator",
    ]  # fmt: skip
    assert len({token for _, _, token, _ in visits}) == len(visits)
    assert len(opened) == 4
    assert all(opened)


def test_the_journal_says_the_same_as_the_figures(home: Home, played: Ended) -> None:
    figures = played.last_line

    verified = home.permit("audit", "verify", "--json")
    assert (verified.code, verified.last_line["sound"]) == (0, True)
    assert (verified.last_line["size"], verified.last_line["root"]) == (figures["events"], figures["root"])
    assert verified.last_line["cases"] == figures["applications"]

    replayed = home.permit("audit", "replay", "--all", "--json")
    assert replayed.code == 0
    assert (replayed.last_line["differentCount"], replayed.last_line["unreadableCount"]) == (0, 0)
    assert replayed.last_line["identical"] == replayed.last_line["verdicts"] > figures["decisions"]

    listed = home.permit("projections", "list", "--json").last_line["projections"]
    assert {(each["position"], each["lagEvents"]) for each in listed} == {(figures["events"], 0)}


def test_played_in_another_home_it_gives_the_same_figures(played: Ended) -> None:
    with fresh_home() as another:
        again = another.demo(cases=CASES)
    assert without_chance(again.last_line) == without_chance(played.last_line)
    assert again.last_line["root"] != played.last_line["root"]


def test_killed_in_the_middle_it_goes_on_where_it_stopped(played: Ended) -> None:
    with fresh_home() as home:
        # given a demonstration whose first process alone is killed: the others end with it
        with home.started("demo", f"--cases={CASES}", "--once") as process:
            home.wait_for_events(90)
            process.kill()
            all_end_with_it(home)
        # and one whose workers are killed, then the service, and then it
        with home.started("demo", f"--cases={CASES}", "--once") as process:
            home.wait_for_events(250)
            home.kill_the_process("api.cli", "work", "all")
            home.kill_the_process("api.cli", "serve", "--no-workers")
            process.kill()
            all_end_with_it(home)
        # and one that loses its database on the way, and after that all it has, so that nothing is left
        with home.started("demo", f"--cases={CASES}", "--once"):
            home.wait_for_events(450)
            home.kill_the_server()
            home.wait_for_events(700)
            for each in home.processes():
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            home.kill_the_server()
        # when it is started again
        again = home.demo(cases=CASES)
        # then nothing was lost and nothing counted twice
        assert again.code == 0, again.errors
        assert without_chance(again.last_line) == without_chance(played.last_line)


def test_of_another_size_it_begins_anew(home: Home, played: Ended) -> None:
    smaller = home.demo(cases=10)
    assert (smaller.code, smaller.last_line["applications"]) == (0, 10)
    assert smaller.last_line["events"] < played.last_line["events"]


def test_a_journal_with_a_real_application_is_never_touched(admin_url: str) -> None:
    with (
        fresh_database(admin_url) as journal_url,
        fresh_database(admin_url) as keys_url,
        fresh_home(PERMIT_DATABASE_URL=journal_url, PERMIT_KEY_DATABASE_URL=keys_url) as home,
    ):
        settings = Settings(home=home.path, database_url=journal_url, key_database_url=keys_url)
        with open_program(settings, set_up=True) as program:
            now = program.clock.now()
            minted = Minted(reference="VL-2026-0000001", worker_subject=program.keys.mint())
            command = SubmitApplication(application=application("highlySkilled", "52000.00"), minted=minted)
            context = CommandContext(actor="employer", command_id="a real one", now=now)
            program.handle(time_ordered_id(now), command, context)
        before = JournalAsStored.of(journal_url).rows
        assert before

        refused = home.demo(cases=10)

        assert refused.code == 2
        assert "holds what no demonstration made" in refused.errors
        assert "Traceback" not in refused.errors
        assert refused.output == ""
        assert JournalAsStored.of(journal_url).rows == before
        with open_program(settings) as program:
            assert program.recorder.origin == "single-permit"


def test_the_summary_is_for_people_and_names_nobody(played: Ended) -> None:
    assert "decisions (" in played.output
    assert all(json.dumps(name) not in played.errors for name in ("givenName", "familyName", "ssin"))
    assert "Traceback" not in played.errors


def shown_until(process: subprocess.Popen[str], last: str) -> Iterator[str]:
    """What is written, up to the line after the one that begins with ``last``."""
    assert process.stdout is not None
    for line in process.stdout:
        yield line
        if line.startswith(last):
            yield process.stdout.readline()
            return


def all_end_with_it(home: Home, *, within: float = 15) -> None:
    give_up = time.monotonic() + within
    while left := home.processes():
        assert time.monotonic() < give_up, f"{len(left)} processes outlive the demonstration"
        time.sleep(0.05)
