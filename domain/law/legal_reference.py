"""Where a rule is: an act, and the place in it, as codes that every language writes in its own way.

A reference is kept as one text, ``flemishDecision2018 art. 18 § 2, 1``, in provisions, findings and events. Earlier
rule sets hold sentences in its place: those are shown as they were written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

ACT: Final = re.compile(r"[a-z][A-Za-z0-9]{0,49}", re.ASCII)
"""The code of an act; its names are the code list ``legalActs``."""

ARTICLE: Final = re.compile(r"[0-9][0-9a-z/-]{0,19}", re.ASCII)
"""An article, or the first and the last of several: ``17``, ``61/25-1``, ``21/1``, ``40-68``."""

PART: Final = re.compile(r"[0-9]{1,3}[a-z]{0,8}", re.ASCII)
"""A paragraph of an article, or a point of it: ``2``, ``1``."""

NOT_FOUND: Final = "notFound"
"""A reference that was looked for and not found: shown to handlers, not to parties."""

PROJECT_BRIEF: Final = "projectBrief"
"""What the project's brief says and no act was found for: shown to handlers, not to parties."""

_TEXT: Final = re.compile(
    rf"(?P<act>{ACT.pattern})"
    rf"(?: art\. (?P<article>{ARTICLE.pattern})"
    rf"(?: § (?P<paragraph>{PART.pattern}))?(?:, (?P<point>{PART.pattern}))?)?"
    rf"(?:; amended by (?P<amended_by>{ACT.pattern}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalReference:
    """A place in an act. ``article`` None: the act is known, and where in it was not found.

    ``amended_by`` is the act that gave the place the wording that is meant.
    """

    act: str
    article: str | None = None
    paragraph: str | None = None
    point: str | None = None
    amended_by: str | None = None

    def __str__(self) -> str:
        text = self.act
        if self.article is not None:
            text += f" art. {self.article}"
            text += "" if self.paragraph is None else f" § {self.paragraph}"
            text += "" if self.point is None else f", {self.point}"
        return text if self.amended_by is None else f"{text}; amended by {self.amended_by}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The reference that was written as ``text``; None for the sentence of an earlier rule set."""
        match = _TEXT.fullmatch(text)
        return None if match is None else cls(**match.groupdict())

    @property
    def acts(self) -> tuple[str, ...]:
        return (self.act,) if self.amended_by is None else (self.act, self.amended_by)
