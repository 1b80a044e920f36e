"""Whose case it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The authority, and who the applicants are: ``employer`` and ``representative`` are enterprise numbers.

    ``filed_by`` is the role that filed. A representative whose mandate was found invalid, or has ended, represents
    nobody and is not named. The worker is not among them: whose numbers are meant is personal data.
    """

    authority: str
    employer: str
    representative: str | None
    filed_by: str
