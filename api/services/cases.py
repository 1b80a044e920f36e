"""What people and programs do with cases: file, read, and change them.

Nothing of a case is shown or changed before it is clear that the caller may. Only a new application is checked first:
by whom it may be filed is part of what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from api.composition import Program
from api.permissions import Action
from api.services.access import Access, AuthorisedCaller, OfSomebody
from api.services.known_handlers import KnownHandlers
from api.services.refusals import AlreadyFiled, ApplicationUnknown
from api.services.same_filing import case_id_of_filing
from domain.case.admissibility import open_points
from domain.case.application import Application, Document
from domain.case.commands import AssignCase, CaseCommand, CommandContext, Minted, SubmitApplication
from domain.case.completeness import check_application
from domain.case.decision import assessment_at_decision
from domain.case.fees import FeeStatus, fee_statuses
from domain.case.grounds import supported_grounds, supported_inadmissibility_grounds
from domain.case.handling import CaseStream, Handled, TooManyWriters
from domain.case.lifecycle import Case
from domain.case.refusals import CommandRefused, InputIssue, Reason, require_no_issues
from domain.case.renewals import check_predecessor, no_predecessor
from domain.case.verification import facts_at_decision
from domain.computed_once import computed_once
from domain.identifiers import ApplicationReference
from domain.law.assessment import Assessment
from domain.law.other_readings import Readings, readings_of
from domain.law.rulebook import Rulebook
from infra.identity.tenants import holder_of_keys
from infra.postgres.read_models.case_files import CaseFileView
from infra.postgres.read_models.case_snapshots import CaseSnapshot
from infra.postgres.read_models.parked_streams import followers_behind
from infra.postgres.read_models.timelines import TimelinePage
from infra.time_ordered_ids import time_ordered_id

_CERTAIN: Final = (CommandRefused, TooManyWriters)
"""Refusals after which it is known that nothing was written."""

_NOT_MINTED: Final = Minted(reference="", worker_subject=UUID(int=0))
"""For a filing of which no event can come."""


class CaseAssessment:
    """What the rules say of a case on the civil day ``on``, and what each next step would still have to wait for.

    Each part is computed when first used: no page shows all of them.
    """

    def __init__(self, version: int, case: Case, rulebook: Rulebook, on: date) -> None:
        self.version = version
        self.case = case
        self.on = on
        self._rulebook = rulebook

    @computed_once
    def assessment(self) -> Assessment:
        return assessment_at_decision(self.case, self.on, self._rulebook)

    @computed_once
    def readings(self) -> Readings | None:
        """What the other readings of the deciding date give."""
        return readings_of(self._rulebook, facts_at_decision(self.case, self.on), self.assessment)

    @computed_once
    def open_points(self) -> tuple[str, ...]:
        """The conditions of admission that the file does not show to be met."""
        return open_points(self.case, self._rulebook, self.on)

    @computed_once
    def fees(self) -> tuple[FeeStatus, ...]:
        return fee_statuses(self.case, self._rulebook, self.on)

    @property
    def supported_grounds(self) -> tuple[str, ...]:
        """The grounds on which the work part can be refused."""
        return supported_grounds(self.case, self.assessment)

    @property
    def supported_inadmissibility_grounds(self) -> tuple[str, ...]:
        return supported_inadmissibility_grounds(self.case, self._rulebook, self.on)


class BroughtDocuments(Protocol):
    """Files that come with an application, and are kept elsewhere until it is filed."""

    @property
    def documents(self) -> tuple[Document, ...]: ...

    def place(self, case_id: UUID, subject: UUID) -> None:
        """Put them where those of a case lie, under the key of its worker. Nothing is left where this raises."""

    def take_back(self) -> None:
        """No case names them: they are not there any more."""

    def settle(self) -> None:
        """A case names them: they stay."""


class CaseService:
    """The use cases of a case; safe between threads."""

    def __init__(self, program: Program, access: Access) -> None:
        self._program = program
        self._access = access
        self._handlers = KnownHandlers(program)

    @property
    def today(self) -> date:
        """The civil day of the procedure."""
        return self._program.today

    def context(
        self, caller: AuthorisedCaller, command_id: str, *, expected_version: int | None = None
    ) -> CommandContext:
        """In whose name, when and under which id a command is carried out."""
        return CommandContext(
            actor=caller.caller.actor,
            command_id=command_id,
            now=self._program.clock.now(),
            expected_version=expected_version,
            key_holder=holder_of_keys(caller.caller, self._program.tenant_key),
        )

    def file(
        self,
        caller: AuthorisedCaller,
        application: Application,
        context: CommandContext,
        *,
        another: bool,
        brought: BroughtDocuments | None = None,
    ) -> Handled:
        """File a new application, or give what a repetition of it left the first time.

        The same application as one of today under another key is not filed unless the caller says that it is
        ``another``. Documents that are ``brought`` are attached by the same command: they lie where those of the case
        lie before it, and are taken back if it is refused. Raises :class:`InvalidInput`, ``NotPermitted``,
        ``AlreadyFiled``, and what ``brought`` and :func:`domain.case.handling.handle` raise.
        """
        issues = check_application(application, today=context.today)
        require_no_issues((*issues, *self._program.case_limits.issues_of(application)))
        self._access.require_may_file(caller, application)
        # Of what is sent, not of chance: a demonstration played again meets the same troubles at the bank.
        if another:
            case_id = time_ordered_id(context.now, seed=f"{context.holder}/{context.command_id}")
        else:
            case_id = case_id_of_filing(application, context.today, self._program.filing_key)
        stream = self._program.journal.new_stream(case_id)
        # A filing that is refused whatever it says, or repeats one from before a cut-over, uses up no key and number.
        is_taken = stream.is_live(application.authority)
        minted = self._mint(application, context.today.year) if is_taken else _NOT_MINTED
        received = () if brought is None else brought.documents
        submit = SubmitApplication(application=application, minted=minted, received=received)
        if (application.renewal_of or brought) and not self._program.journal.was_recorded(context):
            # A repetition finds what was filed, whatever has become of the permit that it renews.
            require_no_issues(self.issues_of_renewal(caller, application))
            if brought is not None and is_taken:
                brought.place(case_id, minted.worker_subject)
        try:
            handled = self._program.handle(case_id, submit, context, known=stream)
        except _CERTAIN as why:
            if brought is not None:
                brought.take_back()
            if isinstance(why, CommandRefused) and why.reason is Reason.ALREADY_SUBMITTED:
                raise AlreadyFiled(case_id) from None
            raise
        if brought is not None:
            # A repetition was quicker where another person was minted for the case that there is.
            brought.settle() if handled.case.worker_subject == minted.worker_subject else brought.take_back()
        return handled

    def issues_of_renewal(self, caller: AuthorisedCaller, application: Application) -> tuple[InputIssue, ...]:
        """What is wrong with the application whose permit is renewed; nothing where none is named."""
        if application.renewal_of is None:
            return ()
        reader = self._access.authorise(caller.caller, Action.READ_APPLICATION)
        try:
            before = self.case(reader, application.renewal_of).case
        except ApplicationUnknown:
            return (no_predecessor(),)
        return tuple(check_predecessor(application, before))

    def change(
        self,
        caller: AuthorisedCaller,
        case_id: UUID,
        command: CaseCommand,
        context: CommandContext,
        *,
        known: CaseStream | None = None,
    ) -> Handled:
        """Carry out a command on a case; ``known`` is its stream, where it has been read for this request already.

        Raises ``ApplicationUnknown``, :class:`InvalidInput` for a case that is given to nobody who is known, and what
        :func:`domain.case.handling.handle` raises.
        """
        return self._program.handle(case_id, command, context, self._admission(caller, command), known=known)

    def _admission(self, caller: AuthorisedCaller, command: CaseCommand) -> Callable[[OfSomebody], None]:
        """Lets through to a case within reach, and there only what can be asked of anybody that is known."""
        admission = self._access.admission(caller)
        if not isinstance(command, AssignCase):
            return admission

        def to_somebody(case: OfSomebody) -> None:
            admission(case)
            self._handlers.require(caller, command.handler)

        return to_somebody

    def case(self, caller: AuthorisedCaller, case_id: UUID) -> CaseSnapshot:
        """The case with all that is shown of it, at one version. Raises ``ApplicationUnknown``."""
        snapshot = self._program.case_snapshots.read(case_id)
        if snapshot is None:
            raise ApplicationUnknown
        self._access.admission(caller)(snapshot)
        return snapshot

    def within_reach(self, caller: AuthorisedCaller, case_ids: Iterable[UUID]) -> Iterator[CaseSnapshot]:
        """Those of these cases that are within the caller's reach by what their streams say now, in this order.

        For lists, which are behind: what is another's by now is left out.
        """
        admission = self._access.admission(caller)
        for snapshot in self._program.case_snapshots.read_each(case_ids):
            try:
                admission(snapshot)
            except ApplicationUnknown:
                continue
            yield snapshot

    def case_file(self, caller: AuthorisedCaller, case_id: UUID) -> CaseFileView:
        """The case file, of the same reading of its stream by which it is judged whose it is.

        Raises ``ApplicationUnknown``.
        """
        return self.case(caller, case_id).file()

    def may_read_files(self, caller: AuthorisedCaller) -> bool:
        """Whether the caller's role reads the files of some cases, with the personal data in them."""
        return self._access.may(caller.caller, Action.READ_APPLICATION)

    def timeline(self, caller: AuthorisedCaller, case_id: UUID, *, after: int, limit: int) -> TimelinePage:
        """What happened in the case beyond version ``after``, in order. Raises ``ApplicationUnknown``."""
        return self.case(caller, case_id).timeline(after=after, limit=limit)

    def assess(self, caller: AuthorisedCaller, case_id: UUID) -> CaseAssessment:
        """What the rules say of the case today. Raises ``ApplicationUnknown``."""
        return self.assessed(self.case(caller, case_id))

    def assessed(self, snapshot: CaseSnapshot) -> CaseAssessment:
        """What the rules say today of a case that has been read."""
        return CaseAssessment(snapshot.version, snapshot.case, self._program.rulebook, self.today)

    def followers_behind(self, snapshot: CaseSnapshot) -> list[str]:
        """The followers of the journal, by name, that cannot apply an event of a case that has been read."""
        return followers_behind(self._program.readers, snapshot.case_id)

    def _mint(self, application: Application, year: int) -> Minted:
        number = self._program.references.take()
        reference = ApplicationReference(authority=application.authority, year=year, number=number)
        return Minted(reference=str(reference), worker_subject=self._program.keys.mint())
