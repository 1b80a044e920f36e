"""The possible steps on a case in a demonstration, as a plan has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from api.demonstration.papers import Paper
from api.demonstration.people import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """``by`` posts ``body`` to ``resource`` of the case on the day ``on``; ``name`` is the step's own in its case.

    One that waits ``after_grant`` of the work part is not taken in a case where that was refused or left open.
    """

    on: date
    name: str
    by: Party
    resource: str
    body: dict[str, Any]
    after_grant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The applicant answers the request for information of this ``number``, from 1, with a document."""

    on: date
    name: str
    by: Party
    number: int
    paper: Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideWork:
    """The handler decides as the rules say; what they leave to a person is granted with ``motivation``, or stays."""

    on: date
    name: str
    by: Party
    motivation: str | None


Step = Send | Answer | DecideWork
