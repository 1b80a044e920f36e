"""What a visitor and a catalogue of public software read first agrees with what the project is."""

import hashlib
import tomllib
from pathlib import Path

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
