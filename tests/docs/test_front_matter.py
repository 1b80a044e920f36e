"""What a visitor and a catalogue of public software read first agrees with what the project is."""

import hashlib
import re
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]

# Of the words, whatever the line breaks: independent copies of the English text have the same ones.
WORDS_OF_THE_LICENCE = "7481f0517e025d6dbba598a38d4600f50902b8b1ce3db7412ad0110651f8b205"


def test_the_licence_is_the_whole_text_word_for_word() -> None:
    words = " ".join((ROOT / "LICENSE").read_text(encoding="utf-8").split())
    assert words.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2 ")
    assert hashlib.sha256(words.encode()).hexdigest() == WORDS_OF_THE_LICENCE


def test_the_project_and_its_readme_state_the_licence() -> None:
    assert PROJECT["license"] == "EUPL-1.2"
    assert PROJECT["license-files"] == ["LICENSE"]
    assert "[EUPL-1.2](LICENSE)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_security_page_speaks_of_this_version_and_invents_no_address() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert f"Version {PROJECT['version'].rpartition('.')[0]} " in page
    assert "The operator writes its own address here" in page
    assert re.findall(r"[\w.]+@[\w.]+", page) == []


def test_the_security_page_keeps_every_secret_file_out_of_a_report() -> None:
    page, _, _ = (ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("## What happens next")
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    secret_files = set(re.findall(r"[\w-]+\.(?:key|pem)\b", operations))
    assert secret_files
    assert {each for each in secret_files if f"`{each}`" not in page} == set()


def test_an_editor_breaks_lines_where_ruff_does() -> None:
    python = editor_settings()["*.py"]
    assert int(python["max_line_length"]) == PYPROJECT["tool"]["ruff"]["line-length"]


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="git says what is tracked")
def test_every_tracked_text_is_as_an_editor_would_save_it() -> None:
    sections = editor_settings()
    exempt = [pattern.removeprefix("**") for pattern, settings in sections.items() if "unset" in settings.values()]
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True)
    otherwise = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if (
            path.suffix in (".xlsx", ".zdict")
            or not path.is_file()
            or any(fnmatch(f"/{name}", f"*{each}") for each in exempt)
        ):
            continue
        text = path.read_bytes().decode("utf-8")
        ends_well = not text or (text.endswith("\n") and not text.endswith("\n\n"))
        if not ends_well or "\r" in text or re.search(r"[ \t]$", text, re.MULTILINE):
            otherwise.append(name)
    assert otherwise == []


def test_a_commit_is_checked_by_the_commands_of_make_check() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^check-([a-z]+): .*\n\t@\$\(BIN\)/(.+)\n\n", makefile, re.MULTILINE)
    (checks,) = re.findall(r"^CHECKS := (.+)$", makefile, re.MULTILINE)
    assert sorted(checks.split()) == sorted(f"check-{name}" for name, _ in targets)
    # given the environment where the Makefile makes it by default
    (only,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert only["repo"] == "local"
    assert {hook["id"]: hook["entry"] for hook in only["hooks"]} == {
        name: f".venv/bin/{command}" for name, command in targets
    }
    for hook in only["hooks"]:
        assert hook["language"] == "system", "anything else fetches an environment of its own"
        assert hook["always_run"]
        assert not hook["pass_filenames"]


def editor_settings() -> ConfigParser:
    """The sections of ``.editorconfig``, each named by its pattern."""
    settings = ConfigParser(interpolation=None)
    text = (ROOT / ".editorconfig").read_text(encoding="utf-8")
    settings.read_string(f"[preamble]\n{text}")
    return settings
