"""When two filings are one application: same filer, employer, worker, kind and period of work, on one civil day.

The id of a case is made of that, so the journal itself refuses the second: whichever comes later finds the stream of
the first, however many come at once, and nothing more is asked of the database. Who means another application says so,
and then its id is made of the command.
"""

from __future__ import annotations

import hmac
from datetime import date, datetime, time
from uuid import UUID

from domain.case.application import Application, Worker
from domain.civil_time import CIVIL_TIME
from infra.time_ordered_ids import time_ordered_id
from infra.wire_format import canonical_json


def case_id_of_filing(application: Application, day: date, key: bytes) -> UUID:
    """The id of the case of this application on a civil day, which nobody can compute without the ``key``."""
    job, representative = application.employment, application.representative
    named = [
        day.isoformat(),
        application.filed_by,
        None if representative is None else representative.enterprise_number,
        application.employer.enterprise_number,
        _who(application.worker),
        application.kind,
        job.start.isoformat(),
        None if job.end is None else job.end.isoformat(),
    ]
    digest = hmac.digest(key, canonical_json({"application": named}), "sha256").hex()
    return time_ordered_id(datetime.combine(day, time(), CIVIL_TIME), seed=digest)


def _who(worker: Worker) -> list[str | None]:
    """The number if there is one, else what else tells people apart, however its capitals are written."""
    if worker.ssin is not None:
        return [worker.ssin]
    given_name = None if worker.given_name is None else worker.given_name.casefold()
    return [worker.family_name.casefold(), given_name, worker.birth_date.isoformat(), worker.nationality]
