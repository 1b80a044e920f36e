"""Read a case file with its personal data, as it stands at the end of its stream: a reader sees its own writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.case.commands import CIVIL_TIME
from domain.case.personal_data import SubjectRole
from domain.deadlines.service_levels import ServiceTarget
from infra.clock import Clock
from infra.keys import SubjectKeys
from infra.personal_groups import GroupAddress, open_group
from infra.postgres.connections import ConnectionPool
from infra.postgres.recorded_events import events_of_case, head_version
from projections.case_file import CaseFile, SealedGroup, fold, sealed_groups
from projections.case_file_body import body_of
from projections.case_file_table import CaseFileModel, stored_file, stored_groups


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileView:
    """A case file for a reader. ``position`` is that of the case's last event, ``body`` the file as JSON values."""

    case_id: UUID
    version: int
    position: int
    body: dict[str, Any]


class CaseFiles:
    """The case files of one log; safe to share between threads. ``targets`` holds a target for each authority."""

    def __init__(
        self,
        readers: ConnectionPool,
        keys: SubjectKeys,
        *,
        origin: str,
        clock: Clock,
        targets: Mapping[str, ServiceTarget],
    ) -> None:
        self._readers = readers
        self._keys = keys
        self._origin = origin
        self._clock = clock
        self._targets = targets

    def read(self, case_id: UUID) -> CaseFileView | None:
        """The file of a case, or None when there is no such case.

        Personal parts whose key has been destroyed show as ``{"withheld": "erased"}``. Raises what a damaged
        log raises: ``GroupNotAuthentic``, ``KeyMissing``, ``StreamCorrupt``, ``UnreadableEvent``.
        """
        found = self._found(case_id)
        if found is None:
            return None
        file, groups = found
        today = self._clock.now().astimezone(CIVIL_TIME).date()
        body = body_of(file, self._opened(groups), self._targets[file.authority], today)
        return CaseFileView(case_id=file.case_id, version=file.version, position=file.position, body=body)

    def _found(self, case_id: UUID) -> tuple[CaseFile, list[SealedGroup]] | None:
        """The file from its table when that is up to date, else from the stream itself."""
        with self._readers.connection() as connection, connection.cursor() as cursor:
            head = head_version(cursor, case_id)
            if head is None:
                return None
            stored = stored_file(cursor, case_id)
            if stored is not None and stored.version >= head:
                return stored, stored_groups(cursor, stored)
            events = events_of_case(cursor, case_id, CaseFileModel.handles)
        file = fold(events)
        return None if file is None else (file, sealed_groups(events))

    def _opened(self, groups: Iterable[SealedGroup]) -> dict[int, dict[str, Any] | None]:
        """The personal fields by event version; None as soon as one subject of the event has been erased."""
        opened: dict[int, dict[str, Any] | None] = {}
        for group in groups:
            fields = self._fields(group)
            others = opened.get(group.version, {})
            opened[group.version] = None if fields is None or others is None else {**others, **fields}
        return opened

    def _fields(self, group: SealedGroup) -> dict[str, Any] | None:
        key = self._keys.key_to_decrypt(group.key)
        if key is None:
            return None
        role = SubjectRole(group.role)
        address = GroupAddress(self._origin, group.case_id, group.version, group.event_name, role, group.key)
        return open_group(key, address, {"nonce": group.nonce, "data": group.data})
