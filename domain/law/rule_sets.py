"""The rule sets this program holds: the one in use, and every earlier one under which decisions were recorded.

A decision names its rule set by content hash. Correcting or completing the law makes another rule set, so the one
before is kept, word for word, in ``earlier_rule_sets/<sha256>/``: an audit judges a decision by the law it was
taken under.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Self

from domain.law.readers.entry_reader import LawDataUnusable
from domain.law.rulebook import Rulebook

EARLIER: Final = Path(__file__).parent / "earlier_rule_sets"


class RuleSets:
    """Rulebooks by their sha256; earlier ones are read when they are first needed."""

    def __init__(self, current: Rulebook, earlier: Path = EARLIER) -> None:
        self.current: Final = current
        self._earlier = earlier
        self._read: dict[str, Rulebook] = {current.sha256: current}

    @classmethod
    @cache
    def load(cls) -> Self:
        """The packaged rule sets, read once a process. Raises LawDataUnusable."""
        return cls(Rulebook.load())

    def earlier(self) -> tuple[str, ...]:
        """The sha256 of every earlier rule set that is kept, in order."""
        return tuple(sorted(each.name for each in self._earlier.iterdir() if each.is_dir()))

    def recorded(self, sha256: str) -> Rulebook | None:
        """The rule set of that hash, or None when it is not kept here.

        Raises LawDataUnusable when what is kept under the hash is not what the hash names.
        """
        if sha256 not in self._read:
            if sha256 not in self.earlier():
                return None
            rulebook = Rulebook.load(self._earlier / sha256)
            if rulebook.sha256 != sha256:
                raise LawDataUnusable(
                    file=f"{self._earlier.name}/{sha256}",
                    entry=None,
                    key=None,
                    problem=f"its content has the hash {rulebook.sha256}",
                    remedy="restore the files as they were: a rule set that decisions rest on is never edited",
                )
            self._read[sha256] = rulebook
        return self._read[sha256]

    def of_decision(self, sha256: str) -> Rulebook:
        """The rule set a decision was taken under; the one in use, as known then, where it is not kept."""
        return self.recorded(sha256) or self.current
