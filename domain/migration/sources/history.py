"""A history of statuses, read in the order of its days and not of its entries.

The day of the earliest entry is the filing day, whatever its word. A case is decided on the day of the first entry that
grants, refuses or declares inadmissible, else of the entry that ends it; a later revocation, withdrawal or lapse has a
day of its own and moves nothing before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from domain.migration.findings import Finding, RefusalReason
from domain.migration.plausible_days import day_of
from domain.migration.reading import Fact, Values
from domain.migration.vocabulary import Vocabularies

_OPEN: Final = frozenset({"submitted", "informationRequested", "admissible"})
_DECISIONS: Final = frozenset({"decidedGranted", "decidedRefused", "inadmissible"})
_LATER_ACTS: Final = frozenset({"revoked", "withdrawn", "lapsed"})
"""What may still happen to a case that has ended."""

_NOT_KNOWN: Final = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """``status`` is None for a word that is not known, or that means two things."""

    place: str
    day: date
    written_day: str | None
    word: str | None
    actor: str | None
    status: str | None


@dataclass(slots=True)
class History:
    """Where the facts are in the history, and their values.

    ``days`` are the days of all entries by their field, ``words`` their words and actors.
    """

    fields: dict[Fact, str]
    texts: dict[Fact, str] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str, found: object, values: Values) -> History:
        """The history in the field ``name``; what is wrong with it goes to the findings of ``values``."""
        history = cls(dict.fromkeys((Fact.STATUS, Fact.ACTOR, Fact.FILED, Fact.ADMISSIBLE, Fact.DECIDED), name))
        if found is None:
            return history
        if not isinstance(found, Sequence) or isinstance(found, str):
            values.findings.append(Finding(RefusalReason.FIELD_MALFORMED, name, "it is not a list"))
            return history
        entries = [
            entry
            for number, each in enumerate(found)
            if (entry := history._entry(f"{name}[{number}]", each, values)) is not None
        ]
        if entries:
            # Entries of one day keep their order.
            history._tell(sorted(entries, key=lambda each: each.day), values)
        return history

    def _entry(self, place: str, found: object, values: Values) -> _Entry | None:
        """One whose day cannot be read comes after all others: the record is refused, whatever else it holds."""
        if not isinstance(found, Mapping):
            values.findings.append(Finding(RefusalReason.FIELD_MALFORMED, place, "it is not an object"))
            return None
        word, day, actor = (values.text(found.get(each), f"{place}.{each}") for each in ("statut", "le", "par"))
        for text, name in ((word, "statut"), (day, "le")):
            if text is None and isinstance(found.get(name), str | None):
                sentence = "an entry of the history needs it"
                values.findings.append(Finding(RefusalReason.FIELD_MISSING, f"{place}.{name}", sentence))
        if day is not None:
            self.days[f"{place}.le"] = day
        self.words |= {f"{place}.{name}": text for name, text in (("statut", word), ("par", actor)) if text is not None}
        return _Entry(
            place=place,
            day=(None if day is None else day_of(day)) or _NOT_KNOWN,
            written_day=day,
            word=word,
            actor=actor,
            status=_status(f"{place}.statut", word, actor, values),
        )

    def _tell(self, entries: Sequence[_Entry], values: Values) -> None:
        """``entries`` in the order of their days."""
        last = entries[-1]
        self._set(Fact.STATUS, f"{last.place}.statut", last.word)
        self._set(Fact.ACTOR, f"{last.place}.par", last.actor)
        self._set_day(Fact.FILED, entries[0])
        self._set_day(Fact.ADMISSIBLE, next((each for each in entries if each.status == "admissible"), None))
        ending = [each for each in entries if each.status is not None and each.status not in _OPEN]
        decided = next((each for each in ending if each.status in _DECISIONS), None)
        self._set_day(Fact.DECIDED, decided or next(iter(ending), None))
        if ending:
            for each in entries[entries.index(ending[0]) + 1 :]:
                if each.day != _NOT_KNOWN and each.status is not None and each.status not in _LATER_ACTS:
                    sentence = "it follows the end of the case"
                    values.findings.append(Finding(RefusalReason.DATES_OUT_OF_ORDER, f"{each.place}.le", sentence))

    def _set_day(self, fact: Fact, entry: _Entry | None) -> None:
        if entry is not None:
            self._set(fact, f"{entry.place}.le", entry.written_day)

    def _set(self, fact: Fact, place: str, text: str | None) -> None:
        self.fields[fact] = place
        if text is not None:
            self.texts[fact] = text


def _status(place: str, word: str | None, actor: str | None, values: Values) -> str | None:
    words = Vocabularies.load()
    if word is None:
        return None
    if words.needs_actor(word):
        status = words.status_by_actor(word, actor)
        reason, sentence = RefusalReason.STATUS_AMBIGUOUS, "it means two things, and no actor tells which"
    else:
        status = words.code("status", word)
        reason, sentence = RefusalReason.STATUS_UNKNOWN, "no status is known under this name"
    if status is None:
        values.findings.append(Finding(reason, place, sentence))
    return status
