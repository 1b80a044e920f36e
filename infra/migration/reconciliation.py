"""The two sides of a migration compared: what landed, and what the log says of it now.

Each case has a keyed digest of its facts on both sides; the digests are summed up in buckets, and only the cases of
buckets that differ are compared fact by fact. Nothing personal comes out: what cases are called in clear (their file
number, where that tells nothing of a person) and names of facts.
"""

from __future__ import annotations

from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from domain.case.personal_data import SubjectRole
from domain.migration.plausible_days import Calendar
from domain.migration.precheck import Accepted, precheck
from domain.migration.provenance import facts_of, wire_value
from domain.migration.reading import CanonicalRecord, Fact
from domain.migration.retelling import reference_of
from domain.migration.vocabulary import Vocabularies
from infra.keys import SubjectKeys
from infra.migration.chunks import ChunkJudge
from infra.migration.keyed_digest import keyed_digest
from infra.migration.record_paths import corrected
from infra.migration.sealed_records import open_record, open_text
from infra.personal_groups import GroupAddress, open_group
from infra.postgres.server.connections import transaction
from infra.wire_format import canonical_json

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

BUCKETS: Final = 256
NAMED: Final = 100
"""Differences that a report names; beyond that they are counted."""

_AT_ONCE: Final = 1_000

Facts = Mapping[str, str | None]

_NOT_PASSING: Final[Facts] = {}
"""Of a record that was retold and does not pass today: it differs from what was told in all it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A case that the two sides tell differently: these facts, or the whole of it on one side only.

    ``key`` is what it is called in clear.
    """

    key: str
    facts: tuple[str, ...]
    missing: str | None = None


@dataclass(slots=True)
class Side:
    """What one side adds up to. ``withheld`` are records whose subject was erased."""

    records: int = 0
    withheld: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_category: Counter[str] = field(default_factory=Counter)
    by_year: Counter[str] = field(default_factory=Counter)
    pay: dict[str, Decimal] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    def add(self, key: str, facts: Facts | None, digest_key: bytes) -> None:
        self.records += 1
        if facts is None:
            self.withheld += 1
            return
        self.by_status[facts.get(Fact.STATUS) or ""] += 1
        self.by_category[facts.get(Fact.CATEGORY) or ""] += 1
        self.by_year[(facts.get(Fact.FILED) or "")[:4]] += 1
        period = facts.get(Fact.PAY_PERIOD) or ""
        self.pay[period] = self.pay.get(period, Decimal()) + Decimal(facts.get(Fact.PAY) or 0)
        digest = int.from_bytes(keyed_digest(digest_key, canonical_json([key, dict(facts)])))
        self.buckets[bucket_of(key)] ^= digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    source: Side
    target: Side
    differing_buckets: tuple[int, ...]
    differences: tuple[Difference, ...]
    difference_count: int

    @property
    def agrees(self) -> bool:
        return not self.differing_buckets and self.source.records == self.target.records


def bucket_of(key: str) -> int:
    """Which bucket a case belongs to, in every run."""
    return blake2b(key.encode(), digest_size=1).digest()[0]


class Reconciliation:
    """Compares what landed of one authority with the read model that has the shape of its source."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        judge: ChunkJudge,
        on_record: Callable[[CanonicalRecord], None] | None = None,
    ) -> None:
        """``on_record`` is shown each record of the source, once."""
        self._connect = connect
        self._judge = judge
        self._authority = judge.source.mapping.authority
        self._on_record = on_record or (lambda _record: None)

    def run(self) -> Reconciled:
        """Both sides added up, and compared fact by fact where they do not agree."""
        source, target = Side(), Side()
        for key, facts in self._source(shown=True):
            source.add(key, facts, self._judge.digest_key)
        for key, facts in self._target():
            target.add(key, facts, self._judge.digest_key)
        differing = tuple(n for n in range(BUCKETS) if source.buckets[n] != target.buckets[n])
        found = list(self._differences(frozenset(differing))) if differing else []
        return Reconciled(
            source=source,
            target=target,
            differing_buckets=differing,
            differences=tuple(found[:NAMED]),
            difference_count=len(found),
        )

    def _differences(self, buckets: frozenset[int]) -> Iterator[Difference]:
        ours = {key: facts for key, facts in self._source() if bucket_of(key) in buckets}
        theirs = {key: facts for key, facts in self._target() if bucket_of(key) in buckets}
        for key in sorted(ours.keys() | theirs.keys()):
            if key not in theirs or key not in ours:
                yield Difference(key=key, facts=(), missing="target" if key not in theirs else "source")
                continue
            one, other = ours[key], theirs[key]
            if one is None or other is None:
                continue
            names = one.keys() | other.keys()
            facts = tuple(sorted(name for name in names if one.get(name) != other.get(name)))
            if facts:
                yield Difference(key=key, facts=facts)

    def _source(self, *, shown: bool = False) -> Iterator[tuple[str, Facts | None]]:
        for rows in self._pages("source", _SOURCE):
            self._judge.keys.prefetch([row[1] for row in rows])
            for key, subject, record_id, sealed, extracted_on, corrections in rows:
                reference = reference_of(self._authority, key)
                secret = self._judge.keys.key_to_decrypt(subject)
                if secret is None:
                    yield reference, None
                    continue
                record = self._record(secret, record_id, bytes(sealed), Calendar(extracted_on), corrections or [])
                if record is not None and shown:
                    self._on_record(record)
                yield reference, _NOT_PASSING if record is None else facts_of(record)

    def _record(
        self,
        secret: bytes,
        record_id: UUID,
        sealed: bytes,
        calendar: Calendar,
        corrections: Sequence[tuple[str, str]],
    ) -> CanonicalRecord | None:
        """The record as it reads today; None for one that was retold and does not pass any more."""
        given = {name: open_text(secret, record_id, name, b64decode(text)) for name, text in corrections}
        raw = corrected(open_record(secret, record_id, sealed), given)
        judged = precheck(self._judge.source.reading(raw), Vocabularies.load(), calendar)
        return judged.record if isinstance(judged, Accepted) else None

    def _target(self) -> Iterator[tuple[str, Facts | None]]:
        for rows in self._pages("target", _TARGET):
            self._judge.keys.prefetch([row[-3] for row in rows])
            for row in rows:
                facts = _mirrored(row, self._judge.keys, self._judge.origin)
                yield row[2], facts

    def _pages(self, name: str, statement: str) -> Iterator[list[Any]]:
        with (
            closing(self._connect()) as connection,
            transaction(connection),
            connection.cursor(name=f"reconciled_{name}") as cursor,
        ):
            cursor.itersize = _AT_ONCE
            cursor.execute(statement, {"authority": self._authority})
            rows = iter(cursor)
            while page := list(islice(rows, _AT_ONCE)):
                yield page


def _mirrored(row: Sequence[Any], keys: SubjectKeys, origin: str) -> Facts | None:
    """The facts of a row of the mirror, by the same names as those of a record."""
    case_id, version, reference, sequence, *clear, subject, nonce, data = row
    secret = keys.key_to_decrypt(subject)
    if secret is None:
        return None
    address = GroupAddress(origin, case_id, version, "LegacyRecordRetold", SubjectRole.WORKER, subject)
    fields = open_group(secret, address, {"key": str(subject), "nonce": nonce, "data": data})
    worker, pay = fields["worker"], fields["grossPay"]
    names = (
        Fact.STATUS, Fact.CATEGORY, Fact.FILED, Fact.ADMISSIBLE, Fact.DECIDED, Fact.VALID_FROM, Fact.VALID_TO,
        Fact.ENTERPRISE_NUMBER,
    )  # fmt: skip
    told = {name.value: wire_value(value) for name, value in zip(names, clear, strict=True)}
    return told | {
        Fact.KEY.value: fields["fileNumber"] or reference,
        Fact.MODIFIED.value: sequence.isoformat(),
        Fact.FAMILY_NAME.value: worker["familyName"],
        Fact.GIVEN_NAME.value: worker["givenName"],
        Fact.BIRTH_DATE.value: worker["birthDate"],
        Fact.NATIONALITY.value: worker["nationality"],
        Fact.SSIN.value: worker["ssin"],
        Fact.EMPLOYER_NAME.value: fields["employerName"],
        Fact.JOB_TITLE.value: fields["title"],
        Fact.PAY.value: pay["amount"],
        Fact.PAY_PERIOD.value: pay["period"],
    }


_SOURCE: Final = """
select distinct on (r.key) r.key, r.subject, r.id, r.sealed, r.extracted_on,
       (select json_agg(json_build_array(c.field, encode(c.sealed, 'base64')) order by c.id)
          from legacy_correction c where c.record_id = r.id)
  from (select r.id, coalesce(r.key, d.key) as key, r.subject, r.sealed, r.extracted_on, r.sequence, r.landed_at
          from legacy_record r
          left join legacy_quarantine q on q.record_id = r.id
          left join legacy_dossier d on d.record_id = r.id
         where r.authority = %(authority)s and (r.fate = 'retold' or q.state = 'retold')) r
 order by r.key, r.sequence desc nulls last, r.landed_at desc
"""

_TARGET: Final = """
select case_id, version, reference, sequence, status, category, filed_on, admissible_on, decided_on, valid_from,
       valid_to, enterprise_number, subject, nonce, data
  from legacy_mirror
 where authority = %(authority)s
"""
