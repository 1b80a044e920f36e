"""``permit doctor``: is everything there that this program needs, and is it as it should be?"""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.composition import Program, open_program, scanner_of
from api.databases import NoDataHere
from api.services.operations import why_no_append
from domain.law.readers.entry_reader import LawDataUnusable
from infra.audit.documents import verify_documents
from infra.documents.errors import ScannerUnavailable, StorageUnavailable
from infra.keys import KeyEncryptionKeyUnusable
from infra.postgres.read_models.parked_streams import count_by_follower, count_parked_streams
from infra.postgres.server.account import EmbeddedPostgresUnusable
from infra.postgres.server.connections import DatabaseUnavailable
from infra.postgres.server.durability import ServerNotDurable
from infra.postgres.server.migrate import SchemaMissing, SchemaUnusable
from infra.settings import Settings, SettingsUnusable

_LEAST_FREE_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check; ``sentence`` is its result and, where it is not good, what to do."""

    subject: str
    good: bool
    sentence: str

    def as_json(self) -> dict[str, Any]:
        return {"subject": self.subject, "good": self.good, "sentence": self.sentence}


def free_bytes(directory: Path) -> int:
    """How much more may be written there."""
    return shutil.disk_usage(directory).free


def examine(
    load_settings: Callable[[], Settings],
    *,
    free: Callable[[Path], int] = free_bytes,
    opened: Callable[[Settings], AbstractContextManager[Program]] = open_program,
) -> list[CheckResult]:
    """Everything this program needs, in order of dependence."""
    findings = [CheckResult(subject="python", good=sys.version_info >= (3, 11), sentence=platform.python_version())]
    try:
        settings = load_settings()
    except SettingsUnusable as why:
        return [*findings, CheckResult(subject="settings", good=False, sentence=str(why))]
    findings.append(CheckResult(subject="settings", good=True, sentence=f"home is {settings.home}"))
    return [*findings, _free_space(settings, free), *_program(settings, opened)]


def _free_space(settings: Settings, free_in: Callable[[Path], int]) -> CheckResult:
    there = next(each for each in (settings.home, *settings.home.parents) if each.is_dir())
    free = free_in(there)
    enough = free >= _LEAST_FREE_BYTES
    sentence = f"{free // 1_000_000} MB free under {settings.home}"
    remedy = "" if enough else ": make room, a full disk stops every append"
    return CheckResult(subject="disk", good=enough, sentence=sentence + remedy)


def _read_models(program: Program) -> CheckResult:
    """Whether they, or other followers of the journal, have parked applications."""
    parked = count_by_follower(program.readers)
    if not parked:
        return CheckResult(subject="read models", good=True, sentence="no application is parked")
    number = count_parked_streams(program.readers)
    by_name = ", ".join(f"{name} {count}" for name, count in parked.items())
    return CheckResult(
        subject="read models",
        good=False,
        sentence=f"applications with an event that cannot be applied: {number} ({by_name}). Lists and figures lag "
        "behind for them: `permit status` names them, a version of the program that can apply the event takes them up",
    )


def _appends(program: Program) -> CheckResult:
    why_not = why_no_append(program)
    return CheckResult(subject="appends", good=why_not is None, sentence=why_not or "an append succeeds")


def _documents(program: Program) -> CheckResult:
    """Whether every document that was received opens; `permit audit verify` reads them to their ends."""
    try:
        report = verify_documents(program.readers, program.documents, whole=False)
    except StorageUnavailable as why:
        return CheckResult(subject="documents", good=False, sentence=str(why))
    if report.is_sound:
        return CheckResult(subject="documents", good=True, sentence=f"{report.count} received, all there")
    named = "; ".join(f"case {each.case_id}: {each.sentence}" for each in report.findings)
    return CheckResult(
        subject="documents",
        good=False,
        sentence=f"{report.finding_count} of {report.count} received documents cannot be given. {named}",
    )


def _scanner(program: Program) -> CheckResult:
    """Whether the virus scanner answers; to have none is a choice."""
    scanner = scanner_of(program.settings, program.limits)
    if scanner is None:
        return CheckResult(subject="scanner", good=True, sentence="PERMIT_CLAMD names none: nothing is scanned")
    try:
        scanner.require_answer()
    except ScannerUnavailable as why:
        remedy = f"start clamd at {program.settings.clamd_address}, or correct PERMIT_CLAMD. Documents are refused"
        return CheckResult(subject="scanner", good=False, sentence=f"{why}: {remedy}")
    return CheckResult(subject="scanner", good=True, sentence=f"clamd answers at {program.settings.clamd_address}")


def _program(
    settings: Settings, opened: Callable[[Settings], AbstractContextManager[Program]]
) -> Iterator[CheckResult]:
    """Open the program as ``serve`` would, and name what stopped it."""
    server = "the server of PERMIT_DATABASE_URL" if settings.database_url else "the embedded PostgreSQL"
    try:
        with opened(settings) as program:
            yield CheckResult(subject="law", good=True, sentence=f"rule set {program.rulebook.sha256[:12]}")
            yield CheckResult(subject="database", good=True, sentence=f"{server} answers")
            yield CheckResult(subject="durability", good=True, sentence=str(program.durability))
            size = program.recorder.max_notification_id() or 0
            yield CheckResult(subject="journal", good=True, sentence=f"{program.recorder.origin}, {size} events")
            yield _appends(program)
            yield CheckResult(subject="keys", good=True, sentence=str(settings.key_encryption_key_path))
            yield _read_models(program)
            yield _documents(program)
            yield _scanner(program)
    except LawDataUnusable as why:
        yield CheckResult(subject="law", good=False, sentence=str(why))
    except (DatabaseUnavailable, EmbeddedPostgresUnusable) as why:
        yield CheckResult(subject="database", good=False, sentence=f"{server}: {why}")
    except OSError as why:
        yield CheckResult(subject="database", good=False, sentence=f"{server}: {why.filename}: {why.strerror}")
    except ServerNotDurable as why:
        yield CheckResult(subject="durability", good=False, sentence=str(why))
    except (NoDataHere, SchemaMissing):
        yield CheckResult(subject="journal", good=True, sentence="none yet: `permit serve` or `permit demo` makes it")
    except SchemaUnusable as why:
        yield CheckResult(subject="journal", good=False, sentence=str(why))
    except KeyEncryptionKeyUnusable as why:
        yield CheckResult(subject="keys", good=False, sentence=str(why))
