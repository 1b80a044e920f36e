"""A demonstration that is cut off goes on where it stopped, one that was played is served as it is, and none is ever
played over real cases.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Any

import pytest

from api.composition import open_program
from domain.case.commands import CommandContext, Minted, SubmitApplication
from infra.settings import Settings
from infra.time_ordered_ids import time_ordered_id
from tests.journal.appends import JournalAsStored
from tests.journeys.demonstrations import Home, fresh_home
from tests.world.applications import application
from tests.world.databases import fresh_database
from tests.world.waiting import wait_until

pytestmark = pytest.mark.server

FEW, MANY = 20, 80


def without_chance(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures that must be the same whenever the same plan is played: keys are random, so the root is."""
    return {name: value for name, value in figures.items() if name not in ("root", "seconds")}


@pytest.mark.nightly
def test_cut_off_it_goes_on_and_played_it_is_served_as_it_is() -> None:
    with fresh_home() as home:
        # given a demonstration whose first process alone is killed: the others end with it
        with home.started("demo", f"--cases={FEW}") as process:
            home.wait_for_events(60)
            process.kill()
            all_end_with_it(home)
        # and one that is interrupted at the keyboard
        with home.started("demo", f"--cases={FEW}") as process:
            home.wait_for_events(100)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=30)
            assert (process.returncode, output) == (130, "")
            assert errors.splitlines()[-1] == "Stopped. The same command continues where this one stopped."
            assert "Traceback" not in errors
            assert not home.processes()
        # when it is started again
        ended = home.demo(cases=FEW)
        # then it comes to its end, where it holds what its players saw against what the journal says
        assert ended.code == 0, ended.errors
        figures = ended.last_line
        assert ended.output.count("\n") == 1, "the figures are alone on standard output"
        assert figures["applications"] == FEW
        # and when it is started once more, it is served as it is, and Ctrl-C ends it
        with home.serving(cases=FEW) as shown:
            assert shown.interrupt() == 0
        assert "filing" not in shown.errors
        assert "Traceback" not in shown.errors
        assert home.outcome["figures"] == figures
        assert not list((home.path / "sign-in-links").iterdir()), "no link outlives its demonstration"
        assert not home.processes()


@pytest.mark.nightly
def test_the_journal_says_the_same_as_the_figures_and_so_does_another_home() -> None:
    with fresh_home() as home:
        figures = home.demo(cases=MANY).last_line
        verified = home.permit("audit", "verify", "--json")
        assert (verified.code, verified.last_line["sound"]) == (0, True)
        assert (verified.last_line["size"], verified.last_line["root"]) == (figures["events"], figures["root"])
        assert verified.last_line["cases"] == MANY + sum(figures["retold"].values())
        replayed = home.permit("audit", "replay", "--all", "--json")
        assert replayed.code == 0
        assert (replayed.last_line["differentCount"], replayed.last_line["unreadableCount"]) == (0, 0)
        assert replayed.last_line["identical"] == replayed.last_line["verdicts"] > figures["decisions"]
        listed = home.permit("projections", "list", "--json").last_line["projections"]
        assert {(each["position"], each["lagEvents"]) for each in listed} == {(figures["events"], 0)}
        # of another size it begins anew
        smaller = home.demo(cases=10)
        assert (smaller.code, smaller.last_line["applications"]) == (0, 10)
        assert smaller.last_line["events"] < figures["events"]
    with fresh_home() as another:
        again = another.demo(cases=MANY)
    assert without_chance(again.last_line) == without_chance(figures)
    assert again.last_line["root"] != figures["root"]


@pytest.mark.nightly
def test_whatever_of_it_is_killed_nothing_is_lost_and_nothing_counted_twice() -> None:
    with fresh_home() as undisturbed:
        played = undisturbed.demo(cases=MANY)
    with fresh_home() as home:
        # given a demonstration whose first process alone is killed: the others end with it
        with home.started("demo", f"--cases={MANY}", "--once") as process:
            home.wait_for_events(90)
            process.kill()
            all_end_with_it(home)
        # and one whose workers are killed, then the service, and then it
        with home.started("demo", f"--cases={MANY}", "--once") as process:
            home.wait_for_events(250)
            home.kill_the_process("api.cli", "work", "all")
            home.kill_the_process("api.cli", "serve", "--no-workers")
            process.kill()
            all_end_with_it(home)
        # and one that loses its database on the way, and after that all it has, so that nothing is left
        with home.started("demo", f"--cases={MANY}", "--once"):
            home.wait_for_events(450)
            home.kill_the_server()
            home.wait_for_events(700)
            for each in home.processes():
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            home.kill_the_server()
        # when it is started again
        again = home.demo(cases=MANY)
        # then nothing was lost and nothing counted twice
        assert again.code == 0, again.errors
        assert without_chance(again.last_line) == without_chance(played.last_line)


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
            command = SubmitApplication(application=application(pay="52000.00"), minted=minted)
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


def all_end_with_it(home: Home, *, within: float = 15) -> None:
    wait_until(lambda: not home.processes(), because="no process outlives the demonstration", within=within)
