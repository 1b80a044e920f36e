"""What a step of the procedure is: everything that route, page and program need to know of one way to change a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from api.permissions import Action
from api.steps.forms import Form, FormMaterial, FormWords
from api.words.languages import Language
from domain.case.commands import CaseCommand, CommandContext
from domain.case.lifecycle import Case
from domain.case.refusals import InputIssue, require_no_issues
from infra.identity.caller import Caller

Body = TypeVar("Body")
Condition = Callable[[Case, date], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTarget:
    """What a step is taken on: the case, by a command of that context, and the request that an answer names."""

    case_id: UUID
    context: CommandContext
    request_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Generic[Body]):
    """What is sent to take a step: its ``body``, all that can be wrong with one on a civil day, and the command.

    ``path`` is where it is sent, below the application; None where that is the resource of the step.
    """

    body: type[Body]
    issues: Callable[[Body, date], Iterable[InputIssue]]
    command: Callable[[Body, StepTarget], CaseCommand]
    path: str | None = None

    def command_of(self, body: Body, target: StepTarget) -> CaseCommand:
        """The command in a body. Raises ``InvalidInput`` with all issues."""
        require_no_issues(self.issues(body, target.context.today))
        return self.command(body, target)


def always(_case: Case, _today: date) -> bool:
    return True


def never(_case: Case, _today: date) -> bool:
    return False


def in_hand(case: Case, today: date) -> bool:
    """Whether the region may act: nobody else has the file, or the term for answering is over."""
    request = case.open_request
    return case.open_pause is None if request is None else today > request.reply_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One way to change a case.

    ``resource`` is the last part of its path and ``operation`` its name in the contract. ``message`` is what is sent;
    None where that is a file. ``title`` names the step, and ``done`` says that it was taken. ``form`` is how a person
    takes the step; None where only programs do. ``possible`` is when it can be taken in an open case, and
    ``possible_after_the_end`` in one that has ended; ``awaited`` is when an open case waits for it, from those of whom
    ``awaited_from`` is true. A page offers what will most likely be accepted; the decider has the last word.
    """

    resource: str
    operation: str
    action: Action
    message: Message[Any] | None
    title: Callable[[Language], str]
    done: Callable[[Language], str]
    form: Callable[[FormWords, FormMaterial], Form] | None
    possible: Condition = always
    possible_after_the_end: Condition = never
    awaited: Condition = never
    awaited_from: Callable[[Caller], bool] = lambda _caller: True

    @property
    def path(self) -> str:
        """Where it is taken, below the application."""
        return self.resource if self.message is None or self.message.path is None else self.message.path
