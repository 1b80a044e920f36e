"""Pipes that close, interrupts, old terminals, bytes that are no text, faults of ours: no traceback, an exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
import typer

from api.cli.main import main
from api.cli.main import permit as permit_options
from api.cli.output import this_user
from domain.unusable import Unusable
from tests.cli.conftest import CommandLine
from tests.cli.shell import PERMIT, SHOW, run, surroundings
from tests.world.waiting import wait_until


def test_a_reader_that_goes_away_is_no_error_to_speak_of(tmp_path: Path) -> None:
    # given `permit law document | head -1`, whose reader is gone before the second page
    reading, writing = os.pipe()
    os.close(reading)
    # when
    done = run("law", "document", home=tmp_path, stdout=writing)
    os.close(writing)
    # then
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_pipe_of_the_shell_with_head(tmp_path: Path) -> None:
    line = f"{' '.join(PERMIT)} law document | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], env=surroundings(tmp_path), capture_output=True, text=True, check=True)
    heading, code = done.stdout.splitlines()
    assert heading.startswith("# ")
    assert code in ("0", "141"), "whether the reader was gone before the end was written"
    assert done.stderr == ""


def test_a_closed_standard_output_is_said(tmp_path: Path) -> None:
    line = f"{' '.join(PERMIT)} {' '.join(SHOW)} >&-"
    done = subprocess.run(["bash", "-c", line], env=surroundings(tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "permit: standard output is closed: send it somewhere, or to /dev/null\n",
    )


def test_closed_input_and_errors_are_borne(tmp_path: Path) -> None:
    line = f"{' '.join(PERMIT)} {' '.join(SHOW)} --json <&- 2>&-"
    done = subprocess.run(["bash", "-c", line], env=surroundings(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)["category"] == "highlySkilled"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_disk_that_is_full_under_the_output_is_said(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run(*SHOW, home=tmp_path, stdout=full)
    assert done.returncode == 2
    assert done.stderr == b"permit: No space left on device. Please make room on that disk and run the command again\n"


def test_ctrl_c_ends_a_command_in_silence(tmp_path: Path) -> None:
    # given a command that waits for a number on its standard input
    run_by = [*PERMIT, "assess", "-"]
    # A shell that runs the tests in the background lets them, and so their children, ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    waiting = subprocess.Popen(
        run_by, env=surroundings(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    signal.signal(signal.SIGINT, before)
    assert waiting.stdin is not None
    waiting.stdin.write(b"{")
    waiting.stdin.flush()
    _wait_until_it_reads(waiting.pid)
    # when
    waiting.send_signal(signal.SIGINT)
    output, errors = waiting.communicate(timeout=30)
    # then
    assert (waiting.returncode, output, errors) == (130, b"", b"")


@pytest.mark.parametrize(
    "surrounding",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"},
        {"PYTHONIOENCODING": "latin-1", "NO_COLOR": "1"},
        {"TERM": "dumb", "COLUMNS": "20"},
    ],
    ids=lambda each: ",".join(f"{name}={value}" for name, value in each.items()),
)
def test_any_terminal_and_locale_will_do(tmp_path: Path, surrounding: dict[str, str]) -> None:
    # given the whole law, which has letters that neither ASCII nor Latin-1 knows
    done = run("law", "document", home=tmp_path, environment=surrounding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\x1b" not in done.stdout
    wrong = run("law", "shwo", home=tmp_path, environment=surrounding)
    assert wrong.returncode == 2
    assert b"Did you mean 'show'?" in wrong.stderr
    assert b"\x1b" not in wrong.stderr


@pytest.mark.parametrize("arguments", [["assess", b"caf\xe9.json"], ["law", "show", b"\xff"], [b"st\xe4tus"]], ids=repr)
def test_bytes_that_are_no_text_are_named(tmp_path: Path, arguments: list[str | bytes]) -> None:
    done = run(*arguments, home=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(
        r"permit: the argument '.*\\udc.*' is no text in UTF-8: .* rename the file\n", done.stderr.decode()
    )


def test_a_home_whose_name_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    environment = {
        **os.environb,
        b"PYTHONPATH": os.fsencode(Path(__file__).parents[2]),
        b"PERMIT_HOME": b"/tmp/caf\xe9",
    }
    done = subprocess.run([*PERMIT, "status"], env=environment, capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"permit: ")
    assert b"Traceback" not in done.stderr


@pytest.fixture
def faulty() -> typer.Typer:
    """Commands of which one has a fault, and the text of the fault holds what is somebody's."""
    commands = typer.Typer(callback=permit_options)

    @commands.command()
    def fail() -> None:
        raise RuntimeError("85073003328")

    return commands


def test_a_fault_of_ours_is_confessed_and_its_traceback_kept(
    faulty: typer.Typer, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fail"], commands=faulty)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (70, "")
    found = re.fullmatch(
        r"permit: unexpected error \(RuntimeError\)\. This is a fault of permit: please report it with the traceback, "
        r"which is in (\S+)\n",
        said.err,
    )
    assert found is not None
    kept = Path(found[1])
    assert "RuntimeError: 85073003328" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    kept.unlink()


def test_with_debug_the_traceback_of_a_fault_is_shown(faulty: typer.Typer, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--debug", "fail"], commands=faulty)
    said = capsys.readouterr().err
    assert ended.value.code == 70
    assert "Traceback" in said
    assert said.rstrip().endswith("please report it with the traceback above")


def test_every_error_for_a_person_has_the_one_base() -> None:
    """By their names: an error that is called unusable and is not `Unusable` would come out as a fault of ours."""
    import api.server  # noqa: F401 - the classes have to be there
    import infra.migration.signing  # noqa: F401

    def below(base: type[BaseException]) -> set[type[BaseException]]:
        return {base}.union(*(below(each) for each in base.__subclasses__()))

    ours = {each for each in below(Exception) if each.__module__.split(".")[0] in ("domain", "infra", "api")}
    strays = {each.__name__ for each in ours if each.__name__.endswith("Unusable") and not issubclass(each, Unusable)}
    assert strays == {"CallerUnusable"}, "the command catches that one, to name the option"


def test_a_user_without_a_name_is_a_number() -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    assert this_user(nobody) == str(os.getuid())


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("nowhere.json", "nowhere.json cannot be read (No such file or directory): name a file"),
        (".", ". cannot be read (Is a directory): name a file"),
        ("x" * 300, "cannot be read (File name too long): name a file"),
        ("/dev/zero", "/dev/zero is longer than 1048576 bytes"),
    ],
)
def test_facts_that_are_no_file_of_facts(permit: CommandLine, file: str, sentence: str) -> None:
    refused = permit("assess", file)
    assert (refused.code, refused.output) == (2, "")
    assert sentence in refused.errors


@pytest.mark.parametrize("command", [["dry-run", "brussels"], ["run", "brussels"], ["check-report"]], ids=" ".join)
@pytest.mark.parametrize(("file", "problem"), [("nowhere.csv", "does not exist"), (".", "is a directory")])
def test_files_to_migrate_that_are_none(permit: CommandLine, command: list[str], file: str, problem: str) -> None:
    refused = permit("migrate", *command, file)
    assert (refused.code, refused.output) == (2, "")
    assert f"'{file}' {problem}" in refused.errors
    assert not permit.home.exists()


def _wait_until_it_reads(pid: int) -> None:
    """Until the process has taken what was written to it, and waits for more."""
    import fcntl
    import struct
    import termios

    pipe = Path(f"/proc/{pid}/fd/0").open("rb", buffering=0)  # noqa: SIM115
    with pipe:
        wait_until(
            lambda: struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0\0\0\0")) == (0,),
            because="it has read what was written",
            within=60,
        )
