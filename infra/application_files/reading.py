"""Whatever file of applications somebody sends, read as one table."""

from __future__ import annotations

from infra.application_files.csv_table import read_csv
from infra.application_files.table import IsHeader, NotATable, Table, TableFault, TableLimits
from infra.application_files.workbook_table import is_workbook, read_workbook


def read_table(content: bytes, limits: TableLimits, is_header: IsHeader) -> Table:
    """The table in a file, whatever its name says of it. Raises :class:`NotATable`."""
    if is_workbook(content):
        return read_workbook(content, limits, is_header)
    table = read_csv(content, limits)
    if not is_header(table.header.cells):
        raise NotATable(TableFault.NO_TABLE)
    return table
