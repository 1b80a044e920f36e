"""Cases that were filed before there was an index of cases are found by name once it is written again."""

from contextlib import closing
from pathlib import Path

import psycopg2

from domain.name_words import readings_of
from infra.postgres.journal.indexing_again import index_again
from tests.pages.case_service import CaseService, case_service


def _emptied(service: CaseService) -> None:
    with closing(psycopg2.connect(service.keys_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("delete from permit.name_index")


def _found(service: CaseService, name: str) -> int:
    return len(service.program.index.subjects_named("flanders", readings_of(name)))


def test_a_case_is_found_by_its_names_again(admin_url: str, tmp_path: Path) -> None:
    with case_service(admin_url, tmp_path) as service:
        first, erased = service.filed(), service.filed()
        program = service.program
        assert _found(service, "Vandekanarie") == 2
        _emptied(service)
        assert _found(service, "Vandekanarie") == 0

        service.erase(erased)
        report = index_again(program.readers, program.journal, program.index)

        # Of who was erased nothing is written; the other is found by worker and employer.
        assert (report.cases, report.unreadable) == (2, ())
        assert (_found(service, "Vandekanarie"), _found(service, "Haven NV")) == (1, 1)
        view = service.file(first)
        assert view.body["worker"]["familyName"] == "Vandekanarie"
        # Once more is nothing new.
        assert index_again(program.readers, program.journal, program.index) == report
        assert _found(service, "Vandekanarie") == 1
