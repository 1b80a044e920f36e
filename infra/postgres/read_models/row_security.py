"""Which rows of a read model a reader is shown: row-level security, made of what the read model says of its tables.

It is the net under the permission table (``api.permissions``): a page that forgets to ask for the rows of its caller
only gets them all the same. Whose rows they are comes with each statement (:mod:`.row_scope`); without it there are
none. The owner is under the same policy, so that a view that somebody makes later, which reads with the rights of its
owner, shows no more; and what such a view keeps (a materialised one) is nothing.

A writer sees and writes all rows: it makes them of the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from infra.postgres.read_models.row_scope import PartyKind
from projections.read_model import ReadModel, RowParties

_POLICIES: Final = """
alter table {table} enable row level security;
create policy of_the_program on {table} to permit_writer using (true) with check (true);
create policy of_the_caller on {table} for select to permit_reader using ({shown});
create policy of_the_owner on {table} to permit_owner using ({shown});
"""

_WITHOUT_A_CASE: Final = (PartyKind.DRAFTS_OF, PartyKind.NOBODY)
"""Who is shown no row of a read model."""

_FORCE: Final = "alter table {table} force row level security;\n"


def row_security(read_model: ReadModel) -> str:
    """SQL that puts the tables of a read model, which were made just now, under their policies.

    Their owner is under them only after :func:`owner_too`: it fills a new generation with COPY, which takes none.
    """
    return "".join(_POLICIES.format(table=name, shown=_shown(parties)) for name, parties in read_model.parties.items())


def owner_too(read_model: ReadModel) -> str:
    """SQL that puts the owner of the tables under their policies as well."""
    return "".join(_FORCE.format(table=name) for name in read_model.parties)


def _shown(parties: RowParties) -> str:
    """The condition: what is within the brackets is computed once a statement, and not once a row."""
    return " or ".join([f"(select permit.row_scope('{PartyKind.EVERYTHING}')) is not null", *_conditions(parties)])


def _conditions(parties: RowParties) -> Iterator[str]:
    if parties.of_nobody:
        kinds = ", ".join(f"'{kind}'" for kind in PartyKind if kind not in _WITHOUT_A_CASE)
        yield f"(select split_part(current_setting('permit.rows', true), ':', 1) in ({kinds}))"
    for column, kind in (
        (parties.authority, PartyKind.AUTHORITY),
        (parties.employer, PartyKind.EMPLOYER),
        (parties.representative, PartyKind.REPRESENTATIVE),
    ):
        if column is not None:
            yield f"{column} = (select permit.row_scope('{kind}'))"
    if parties.worker is not None:
        subjects = f"string_to_array(permit.row_scope('{PartyKind.WORKER}'), ',')::uuid[]"
        yield f"{parties.worker} = any ((select {subjects})::uuid[])"
