"""The columns of a form, and the header of a file matched against them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from shlex import quote
from typing import Final

from infra.legacy_files.legacy_file import NotThisKind
from infra.legacy_files.texts import readable

_INVISIBLE: Final = "Cf"
"""The Unicode category of soft hyphens, zero-width characters and byte order marks."""


@dataclass(frozen=True, slots=True)
class Header:
    """``names`` has a name for every column of the file; ``waived`` are the known ones that it does without."""

    names: tuple[str, ...]
    unnamed: frozenset[str]
    waived: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class FormColumns:
    """``known`` are all columns of the form under their own names; no record is good without the ``required`` ones."""

    known: frozenset[str]
    required: frozenset[str]

    def known_among(self, cells: Iterable[str]) -> frozenset[str]:
        """The known columns in a row, however they are written there."""
        return frozenset(name for cell in cells if (name := self._by_form.get(_form(cell))) is not None)

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether a row holds names of columns: at least half of the known ones."""
        return 2 * len(self.known_among(cells)) >= len(self.known)

    def waived_by(self, place: str, waivers: frozenset[str]) -> frozenset[str]:
        """The columns that ``waivers`` name, under their own names. Raises :class:`NotThisKind`."""
        waived = set()
        for waiver in sorted(waivers):
            name = self._by_form.get(_form(waiver))
            if name is None:
                listed = ", ".join(sorted(self.known))
                raise NotThisKind(f"{place}: --without {waiver} names no column of this form. It has {listed}.")
            if name in self.required:
                raise NotThisKind(f"{place}: --without {name} cannot be: no record is complete without this column.")
            waived.add(name)
        return frozenset(waived)

    def header(self, place: str, cells: Sequence[str], waived: frozenset[str]) -> Header:
        """Raises :class:`NotThisKind` where a column occurs twice, or a known one is missing and not waived."""
        names: list[str] = []
        forms: set[str] = set()
        unnamed: set[str] = set()
        for number, cell in enumerate(cells, 1):
            form = _form(cell)
            name = self._by_form.get(form) or readable(" ".join(cell.split()))[0]
            if not form:
                name = f"column {number}"
                unnamed.add(name)
            if _form(name) in forms:
                raise NotThisKind(f"{place}: its header has the column {name} twice; remove or rename one of them.")
            forms.add(_form(name))
            names.append(name)
        missing = self.known.difference(names)
        self._refuse_missing(place, missing - waived)
        return Header(tuple(names), frozenset(unnamed), missing & waived)

    def require_same(self, place: str, cells: Sequence[str], header: Header) -> None:
        """A header amid the records comes from extracts put together, and holds nothing if it is the same one.

        Raises :class:`NotThisKind` where it is another: what follows would be read in the wrong columns.
        """
        again = self.header(place, cells, self.known)
        width = len(header.names)
        if again.names[:width] != header.names or not again.unnamed.issuperset(again.names[width:]):
            raise NotThisKind(
                f"{place} is a header with other columns, or in another order, than the first. Make two files of it, "
                "and begin the second with this header."
            )

    def _refuse_missing(self, place: str, missing: frozenset[str]) -> None:
        required = ", ".join(sorted(missing & self.required))
        optional = sorted(missing - self.required)
        if required:
            raise NotThisKind(
                f"{place}: its header lacks {required}, without which no record is complete. Correct the header, or "
                "request the file again."
            )
        if optional:
            flags = " ".join(f"--without {quote(name)}" for name in optional)
            raise NotThisKind(
                f"{place}: its header lacks {', '.join(optional)}. If a column is there under another name, rename it; "
                f"if the extract really has none, use {flags}."
            )

    @cached_property
    def _by_form(self) -> dict[str, str]:
        return {_form(name): name for name in self.known}


def refuse_idle_waivers(place: str, waived: frozenset[str], needed: Iterable[str]) -> None:
    """Raises :class:`NotThisKind` for a waiver of a column that is there: it was meant for something else."""
    for name in sorted(waived.difference(needed)):
        raise NotThisKind(f"{place}: --without {name} is not needed, the column is there. Leave it out.")


def same_name(one: str, other: str) -> bool:
    """Whether two names differ at most in case, blanks, line breaks and Unicode form."""
    return _form(one) == _form(other)


def _form(text: str) -> str:
    """What is compared of a name: no blanks, no line breaks, no case, one Unicode form."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if plain.isascii():
        return "".join(plain.split())
    return "".join(each for each in plain if not each.isspace() and unicodedata.category(each) != _INVISIBLE)
