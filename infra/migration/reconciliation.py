"""The two sides of a migration read from the database: the landed records, and the read model that mirrors the log."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from consumers.migration.reconciling import LandedContent
from domain.migration.coverage import Coverage
from domain.migration.keyed_digest import keyed_digest
from domain.migration.plausible_days import Calendar
from domain.migration.provenance import wire_value
from domain.migration.reading import Fact
from domain.migration.reconciliation import Facts
from domain.migration.report import Ledgers
from infra.keys import SubjectKeys
from infra.migration.batch_ledgers import ledgers, tallies
from infra.migration.coverage import coverage_of
from infra.migration.record_sealing import ManyKeys
from infra.migration.related_records import count_related
from infra.migration.sealed_records import open_record, open_text
from infra.migration.topic_ledgers import topic_ledger
from infra.migration.waiting_records import reasons
from infra.postgres.read_models.row_scope import PartyKind, RowScope, show_rows
from infra.postgres.server.connections import transaction
from infra.stored_form.keyed_parts import KeyedPart, Place
from infra.wire_format import canonical_json

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresSides:
    """Implements :class:`consumers.migration.reconciling.Sides`; ``origin`` is that of the journal."""

    authority: str
    connect: Callable[[], Connection]
    keys: ManyKeys
    origin: str
    digest_key: bytes

    def coverage(self) -> Coverage:
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            return coverage_of(cursor, self.authority)

    def landed(self) -> Iterator[LandedContent]:
        """As :meth:`consumers.migration.reconciling.Sides.landed`."""
        for rows in self._pages("source", _SOURCE):
            self.keys.prefetch([row[1] for row in rows])
            for key, subject, record_id, sealed, extracted_on, corrections in rows:
                calendar = Calendar(extracted_on)
                secret = self.keys.key_to_decrypt(subject)
                if secret is None:
                    yield LandedContent(key, None, {}, calendar)
                    continue
                given = {name: open_text(secret, record_id, name, b64decode(text)) for name, text in corrections or []}
                yield LandedContent(key, open_record(secret, record_id, bytes(sealed)), given, calendar)

    def mirrored(self) -> Iterator[tuple[str, Facts | None]]:
        """As :meth:`consumers.migration.reconciling.Sides.mirrored`."""
        for rows in self._pages("target", _TARGET):
            self.keys.prefetch([row[-2] for row in rows])
            for row in rows:
                yield row[2], _mirrored(row, self.keys, self.origin)

    def digest(self, key: str, facts: Facts) -> int:
        return int.from_bytes(keyed_digest(self.digest_key, canonical_json([key, dict(facts)])))

    def ledgers(self) -> Ledgers:
        with closing(self.connect()) as connection:
            batches = ledgers(connection, self.authority)
            counted = tallies(connection, [each.id for each in batches])
            waiting, related = reasons(connection, self.authority), count_related(connection, self.authority)
            topic = topic_ledger(connection, self.authority)
            with connection.cursor() as cursor:
                cursor.execute("select origin, position from journal_head")
                ((origin, position),) = cursor.fetchall()
        return Ledgers(
            origin=origin,
            position=position,
            batches=batches,
            counted=counted,
            waiting=waiting,
            related=related,
            topic=topic,
        )

    def _pages(self, name: str, statement: str) -> Iterator[list[Any]]:
        with (
            closing(self.connect()) as connection,
            transaction(connection) as showing,
            connection.cursor(name=f"reconciled_{name}") as cursor,
        ):
            show_rows(showing, RowScope(PartyKind.AUTHORITY, self.authority))
            cursor.itersize = _AT_ONCE
            cursor.execute(statement, {"authority": self.authority})
            rows = iter(cursor)
            while page := list(islice(rows, _AT_ONCE)):
                yield page


def _mirrored(row: Sequence[Any], keys: SubjectKeys, origin: str) -> Facts | None:
    """The facts of a row of the mirror, by the same names as those of a record."""
    case_id, version, reference, sequence, *clear, subject, sealed = row
    secret = keys.key_to_decrypt(subject)
    if secret is None:
        return None
    place = Place(origin, case_id, version, "LegacyRecordRetold")
    fields = KeyedPart.of_copy(sealed).open(secret, place, subject)
    worker, pay = fields["worker"], fields["grossPay"]
    names = (
        Fact.STATUS, Fact.CATEGORY, Fact.FILED, Fact.ADMISSIBLE, Fact.DECIDED, Fact.VALID_FROM, Fact.VALID_TO,
        Fact.ENTERPRISE_NUMBER,
    )  # fmt: skip
    facts = {name.value: wire_value(value) for name, value in zip(names, clear, strict=True)}
    return facts | {
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
       valid_to, enterprise_number, subject, sealed
  from legacy_mirror
 where authority = %(authority)s
"""
