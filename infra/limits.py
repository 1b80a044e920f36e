"""What one caller, one connection and one answer may take: the service's own limits, and how they are changed.

``PERMIT_LIMITS_FILE`` names a TOML file with a table for each part; what it leaves out is as here. Every limit that
is met is counted and told to Prometheus, and ``docs/security.md`` says what each keeps out.

    [connections]
    most = 512
    most_of_one_address = 256

A number is at least 1, a time is in seconds and longer than nothing. There is no way to switch a limit off: whoever
needs more writes a larger number, and can be asked why.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.case.case_limits import CaseLimits
from domain.case.document_rules import DocumentRules
from domain.drafts.draft import Retention
from domain.unusable import Unusable
from infra.webhooks.retries import Retries

Seconds = Annotated[float, Field(gt=0, le=86_400)]
AtLeastOne = Annotated[int, Field(ge=1, strict=True)]


class LimitsUnusable(Unusable):
    """The file of limits cannot be read or holds something that is no limit; the sentence says which and how."""


class Part(BaseModel):
    """One table of the file: only names that are known, no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ConnectionLimits(Part):
    """What a connection may take before its request is judged; enforced by :mod:`api.http.guarded_connections`."""

    most: AtLeastOne = 512
    """Connections of one process at the same moment; one more is closed unanswered."""
    most_of_one_address: AtLeastOne = 256
    """Of those, the connections from one network address."""
    header_bytes: AtLeastOne = 32 * 1024
    """The request line and all headers together."""
    idle_seconds: AtLeastOne = 5
    """Between the answer to one request and the first byte of the next on the same connection."""
    headers_seconds: Seconds = 10.0
    """From the first byte of a request, or from the connection, to the end of its headers."""
    body_stall_seconds: Seconds = 10.0
    """How long a body may stand still while it is waited for."""
    body_least_bytes_per_second: AtLeastOne = 1024
    """The average below which a body that goes on for longer than `body_stall_seconds` is cut."""
    unread_answer_seconds: Seconds = 30.0
    """How long an answer may wait for a client that reads nothing of it."""


class RequestLimits(Part):
    """What one caller may ask for, in each process that answers; enforced by :mod:`api.http.quotas`."""

    most_at_a_time: AtLeastOne = 32
    """Requests of one caller under way at the same moment: fewer than the threads that answer."""
    a_minute: AtLeastOne = 12_000
    """Requests of one caller, of all kinds."""
    a_minute_of: Mapping[str, AtLeastOne] = Field(
        default_factory=lambda: {
            "lookUpEmployer": 60,
            "lookUpEmployerByForm": 60,
            "lookUpEmploymentsByForm": 10,
            "searchCases": 120,
        }
    )
    """Requests of one caller to one operation, by its ``operationId``. What a file gives replaces all of these."""


class DatabaseLimits(Part):
    """How long one who serves a request waits for the database; enforced by :mod:`infra.postgres.server.deadlines`.

    Workers, loads, audits and rebuilds wait for as long as it takes.
    """

    connect_seconds: Seconds = 3.0
    """To open a connection; the driver rounds it up to whole seconds, at least two."""
    pool_seconds: Seconds = 3.0
    """For a free connection, or for one's turn at what is taken one by one."""
    lock_seconds: Seconds = 5.0
    """For a lock that another transaction holds. A load holds the head of the journal for a second at most, and one
    that is stopped while it does for two."""
    statement_seconds: Seconds = 8.0
    """After which the server itself ends a statement."""
    answer_seconds: Seconds = 10.0
    """After which a connection is given up on which the server does not answer at all."""
    outcome_seconds: Seconds = 12.0
    """For which the outcome of an append is looked up whose answer was lost."""
    look_seconds: Seconds = 3.0
    """For each question by which ``health`` learns whether the database works, and for those of ``/metrics``."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """The inner limit is met first: it says more, and costs no connection."""
        in_order = ("lock_seconds", "statement_seconds", "answer_seconds", "outcome_seconds")
        for shorter, longer in pairwise(in_order):
            if getattr(self, shorter) > getattr(self, longer):
                raise ValueError(f"{shorter} may not be longer than {longer}")
        return self


class UploadLimits(Part):
    """What files that are being sent may take of one process; enforced by :mod:`api.http.uploads`."""

    most: AtLeastOne = 64
    """Uploads at the same moment; one more is refused with 503."""
    most_of_one_caller: AtLeastOne = 8
    """Of those, the uploads of one caller, whatever role; one more is refused with 429."""
    threads: AtLeastOne = 8
    """Threads that check, encrypt and write what has come. No thread waits for a sender."""
    longest_seconds: Annotated[float, Field(gt=0, le=900)] = 600.0
    """From the first to the last byte of one upload. What nobody finished is collected after 30 minutes."""
    scanner_seconds: Annotated[float, Field(gt=0, le=120)] = 30.0
    """How long the virus scanner may take to connect, to take a piece of a file, and to answer."""


class LimitsOfACase(Part):
    """How large a case may become; enforced by :mod:`domain.case.case_limits`, and for its files by its rules."""

    events: AtLeastOne = 10_000
    """What only brings a case to its end is recorded beyond these too."""
    reserved_events: AtLeastOne = 1_000
    """On top of `events`, for what authorities do and applicants do not."""
    stored_bytes: AtLeastOne = 16 * 1024 * 1024
    """What the bodies of its events take in the journal, compressed and encrypted."""
    reserved_bytes: AtLeastOne = 4 * 1024 * 1024
    """On top of `stored_bytes`, for authorities."""
    searches: AtLeastOne = 20
    """Recruitment searches, with the one of the application."""
    candidates: AtLeastOne = 400
    """Candidates of all searches together."""
    of_one_kind: AtLeastOne = 250
    """Requests for information; and as many pauses, payments and corrections."""
    documents: AtLeastOne | None = None
    """Instead of the number in `domain/case/document_rules.toml`."""
    document_bytes: AtLeastOne | None = None
    """Instead of the size of all documents together there."""

    def of_the_domain(self) -> CaseLimits:
        """What commands are held against."""
        return CaseLimits(**self.model_dump(exclude={"documents", "document_bytes"}))

    def applied_to(self, rules: DocumentRules) -> DocumentRules:
        """The rules of documents, with the numbers given here in place of theirs."""
        return replace(
            rules,
            most_documents=rules.most_documents if self.documents is None else self.documents,
            most_bytes=rules.most_bytes if self.document_bytes is None else self.document_bytes,
        )


class DraftLimits(Part):
    """How many drafts there may be and how long they are kept; enforced by :mod:`api.services.drafts`."""

    most_of_one_owner: AtLeastOne = 1_000
    """Drafts of one enterprise in one role, or of one person."""
    largest_bytes: AtLeastOne = 256 * 1024
    """What a draft says, as JSON."""
    document_bytes: AtLeastOne = 2 * 1024**3
    """Of the documents in all drafts of one owner; how many one draft holds is as for a case."""
    kept_days: AtLeastOne = 90
    """Days after which a draft is deleted that nobody touched."""
    warned_days: AtLeastOne = 14
    """Days before that for which its owners are warned."""

    @model_validator(mode="after")
    def _warned_while_kept(self) -> Self:
        if self.warned_days > self.kept_days:
            raise ValueError("warned_days may not be more than kept_days")
        return self

    @property
    def retention(self) -> Retention:
        return Retention(kept=timedelta(days=self.kept_days), warned=timedelta(days=self.warned_days))


class WebhookLimits(Part):
    """How notices are sent to the systems of others; enforced by :mod:`infra.workers.webhook_sender`."""

    most_of_one_owner: AtLeastOne = 20
    """Subscriptions of one enterprise in one role."""
    at_once: Annotated[int, Field(ge=2, le=256, strict=True)] = 16
    """Calls of one process at the same moment; a quarter of them is for receivers that are slow or fail."""
    call_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    """For one call, from its connection to the head of its answer."""
    first_pause_seconds: Seconds = 5.0
    """Before the second attempt; each pause after it is twice as long."""
    longest_pause_seconds: Seconds = 6 * 3_600.0
    """Between two attempts, also where a receiver asks for longer."""
    give_up_days: AtLeastOne = 5
    """Days after which a receiver that takes nothing is sent nothing more."""
    rotation_hours: AtLeastOne = 24
    """For which the secret before is valid beside a new one."""
    kept_days: AtLeastOne = 90
    """Days for which deliveries are kept, and can be sent again; what waited as long is not sent any more."""

    @property
    def retries(self) -> Retries:
        return Retries(
            first=timedelta(seconds=self.first_pause_seconds),
            longest=timedelta(seconds=self.longest_pause_seconds),
            give_up_after=timedelta(days=self.give_up_days),
        )

    @property
    def rotation(self) -> timedelta:
        return timedelta(hours=self.rotation_hours)

    @property
    def kept(self) -> timedelta:
        return timedelta(days=self.kept_days)

    @property
    def lease(self) -> timedelta:
        """How long a worker may be at one call with all around it; when it dies, so long others wait."""
        return timedelta(seconds=3 * self.call_seconds + 30)


class BatchLimits(Part):
    """How large a batch of applications may be; enforced by :mod:`api.services.application_batches`.

    Batches are kept as long as drafts are.
    """

    most_rows: AtLeastOne = 500
    """Applications of one batch."""
    most_of_one_owner: AtLeastOne = 50
    """Batches of one enterprise in one role."""
    largest_file_bytes: AtLeastOne = 4 * 1024 * 1024
    """Of the file that is sent; a workbook is unpacked up to 32 million bytes."""


class SignInLimits(Part):
    """How often a wrong secret may be given at the chooser of roles; enforced by :mod:`api.pages.routes.entrance`."""

    failed_attempts: AtLeastOne = 10
    """Of all callers of one process together, within `failed_seconds`; after them nobody is let in for a while."""
    failed_seconds: Seconds = 60.0


class AnswerLimits(Part):
    """What the time of an answer may say; enforced by :mod:`api.http.unhurried`."""

    not_found_step_seconds: Seconds = 0.1
    """An answer that there is nothing there comes at a multiple of this after its request."""


class BodyLimits(Part):
    """What a body of JSON or a form may hold; enforced by :mod:`api.http.body_limits` before it is parsed."""

    largest_bytes: AtLeastOne = 1024 * 1024
    """Of a body of JSON, and of a form without files."""
    deepest: AtLeastOne = 64
    """Objects and lists within one another; the deepest that means something has five."""
    most_values: AtLeastOne = 60_000
    """Objects, lists and what is in them; five hundred applications have some thirty thousand."""


class Limits(Part):
    """All limits, by part."""

    connections: ConnectionLimits = ConnectionLimits()
    requests: RequestLimits = RequestLimits()
    database: DatabaseLimits = DatabaseLimits()
    uploads: UploadLimits = UploadLimits()
    cases: LimitsOfACase = LimitsOfACase()
    drafts: DraftLimits = DraftLimits()
    webhooks: WebhookLimits = WebhookLimits()
    batches: BatchLimits = BatchLimits()
    sign_in: SignInLimits = SignInLimits()
    answers: AnswerLimits = AnswerLimits()
    bodies: BodyLimits = BodyLimits()

    @classmethod
    def load(cls, file: Path | None) -> Limits:
        """The limits of a TOML file, or the usual ones without any. Raises :class:`LimitsUnusable`."""
        if file is None:
            return cls()
        try:
            return cls.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
            raise LimitsUnusable(f"{file} is not TOML: {why}. Correct that line.") from None
        except ValidationError as wrong:
            entries = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in wrong.errors())
            raise LimitsUnusable(
                f"{file} cannot be used: {entries}. docs/security.md lists what it may hold."
            ) from None
