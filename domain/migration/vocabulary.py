"""The authorities' own words as codes of this program: data with their languages, in ``vocabularies.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

_FILE: Final = "vocabularies.toml"
_LISTS: Final = ("status", "category", "nationality", "payPeriod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabularies:
    """``words`` by list and folded word; ``by_actor`` has the status words that depend on the actor."""

    words: Mapping[str, Mapping[str, str]]
    by_actor: Mapping[str, Mapping[str, str]]

    @staticmethod
    @lru_cache(maxsize=1)
    def load() -> Vocabularies:
        """The packaged ones. Raises ValueError for a word that means two codes of a list."""
        read = tomllib.loads(files("domain.migration").joinpath(_FILE).read_text(encoding="utf-8"))
        by_actor = {
            _folded(word): {_folded(actor): code for actor, code in actors.items()}
            for word, actors in read["statusByActor"].items()
        }
        return Vocabularies(words={name: _words_of(name, read[name]) for name in _LISTS}, by_actor=by_actor)

    def code(self, vocabulary: str, word: str) -> str | None:
        """The code of a word, whatever its case and the spaces around it; None for one that is not known."""
        return self.words[vocabulary].get(_folded(word))

    def needs_actor(self, word: str) -> bool:
        """Whether a status word means two things, depending on the actor."""
        return _folded(word) in self.by_actor

    def status_by_actor(self, word: str, actor: str | None) -> str | None:
        """The status of such a word; None without an actor who is known."""
        return None if actor is None else self.by_actor[_folded(word)].get(_folded(actor))


def _words_of(name: str, codes: Mapping[str, Mapping[str, list[str]]]) -> dict[str, str]:
    """The code of each word in any language: a record may name a language and use a word of another."""
    found: dict[str, str] = {}
    for code, by_language in codes.items():
        for word in (_folded(each) for words in by_language.values() for each in words):
            if found.setdefault(word, code) != code:
                raise ValueError(f"{_FILE}, {name}: {word!r} stands for {found[word]} and for {code}")
    return found


@lru_cache(maxsize=4096)
def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()
