"""A report as files: JSON, its signature, and two forms for people to read that name the digest of the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import DictLoader, Environment

from infra.durable_files import write_whole_or_not_at_all
from infra.migration.signing import ReportSigner, Signature

_HTML: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; }
table { border-collapse: collapse; margin: 0 0 1.5rem; } th, td { text-align: left; padding: .2rem 1.5rem .2rem 0; }
th { font-weight: 600; border-bottom: 1px solid #767676; } td + td, th + th { text-align: right; }
code { overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>{{ title }}</h1>
<p>{{ verdict }}</p>
{% for heading, columns, rows in tables %}
<h2>{{ heading }}</h2>
<table>
<thead><tr>{% for each in columns %}<th scope="col">{{ each }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}<tr>{% for each in row %}<td>{{ each }}</td>{% endfor %}</tr>
{% else %}<tr><td>none</td></tr>
{% endfor %}</tbody>
</table>
{% endfor %}
<h2>Signature</h2>
<p>SHA-256 of the report as JSON: <code>{{ signature.sha256 }}</code><br>
{{ signature.algorithm }} by <code>{{ signature.public_key }}</code>:<br><code>{{ signature.signature }}</code></p>
</body>
</html>
"""

_TEMPLATES: Final = Environment(loader=DictLoader({"report.html": _HTML}), autoescape=True, trim_blocks=True)

Table = tuple[str, tuple[str, ...], Sequence[tuple[str, ...]]]


def write_report(report: Mapping[str, Any], signer: ReportSigner, folder: Path) -> tuple[Signature, list[Path]]:
    """Write the four files into ``folder`` and give the signature and their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made_at = report["madeAt"].replace("-", "").replace(":", "")[:15]
    stem = f"{report['authority']}-{report['position']}-{made_at}Z"
    content = orjson.dumps(report, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
    signature = signer.sign(content)
    title = f"Migration of {report['authority']}: reconciliation at position {report['position']}"
    html = _TEMPLATES.get_template("report.html").render(
        title=title, verdict=_verdict(report), tables=list(_tables(report)), signature=signature
    )
    made = {
        folder / f"{stem}.json": content,
        folder / f"{stem}.json.sig": orjson.dumps(asdict(signature), option=orjson.OPT_INDENT_2),
        folder / f"{stem}.html": html.encode(),
        folder / f"{stem}.pdf": _pdf(title, report, signature),
    }
    for path, held in made.items():
        write_whole_or_not_at_all(path, held)
    return signature, list(made)


def signature_beside(report: Path) -> Signature:
    """The signature of a report, from the file beside it. Raises ``OSError`` and ``ValueError``."""
    held = orjson.loads(report.with_name(f"{report.name}.sig").read_bytes())
    return Signature(**held)


def _verdict(report: Mapping[str, Any]) -> str:
    if report["agrees"]:
        return f"Made at {report['madeAt']}. The ledger balances and both sides agree in every fact."
    return f"Made at {report['madeAt']}. THE TWO SIDES DO NOT AGREE, or the ledger does not balance: see below."


def _tables(report: Mapping[str, Any]) -> Iterator[Table]:
    ledger, source, target = report["ledger"], report["source"], report["target"]
    yield (
        "Ledger",
        ("what", "records"),
        [(name, f"{ledger[name]:,}") for name in ("records", "retold", "unchanged", "stale", "quarantined")],
    )
    yield (
        "Files, each line with one fate",
        ("file, its SHA-256, what was waived", "lines", "fates", "agrees"),
        [_file_row(each) for each in report["files"]],
    )
    yield (
        "Topic, by partition",
        ("topic and partition", "offsets", "messages", "records", "dead letters", "missing"),
        [
            (
                f"{each['topic']}/{each['partition']}",
                f"{each['firstOffset']:,} to {each['nextOffset'] - 1:,}",
                *(f"{each[name]:,}" for name in ("messages", "records", "letters", "missing")),
            )
            for each in report["topic"]["partitions"]
        ],
    )
    yield (
        "Both sides",
        ("what", "source", "journal"),
        [(name, f"{source[name]:,}", f"{target[name]:,}") for name in ("records", "withheld")],
    )
    for heading, name in (
        ("By status", "byStatus"), ("By category", "byCategory"), ("By year of filing", "byYear"),
        ("Gross pay, EUR, by its period", "grossPay"),
    ):  # fmt: skip
        keys = sorted(source[name].keys() | target[name].keys())
        rows = [(key, str(source[name].get(key, "-")), str(target[name].get(key, "-"))) for key in keys]
        yield heading, ("what", "source", "journal"), rows
    named = report["differences"]["named"]
    yield (
        f"Differences ({report['differences']['number']:,})",
        ("file number", "facts"),
        [(each["key"], ", ".join(each.get("facts", ())) or f"missing in the {each['missing']}") for each in named],
    )
    for heading, name in (
        ("Waiting in quarantine", "quarantineWaiting"), ("Between records", "betweenRecords"),
        ("Unknown fields", "unknownFields"),
        ("Status there, and verdict under the law of its day", "assessedUnderTheLawOfItsDay"),
    ):  # fmt: skip
        yield heading, ("what", "records"), [(key, f"{number:,}") for key, number in report[name].items()]


def _file_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    waived = [*row["columnsWaived"], *row["sheetsWaived"]]
    name = f"{row['source']} {row['sha256']}" + (f", without {', '.join(waived)}" if waived else "")
    fates = ", ".join(f"{fate} {number:,}" for fate, number in row["fates"].items() if number)
    return name, f"{row['lines']:,}", fates, _agreement(row)


def _agreement(row: Mapping[str, Any]) -> str:
    verdict = "agrees" if row["agrees"] else "DOES NOT AGREE"
    if row["endedAs"] is None:
        return verdict
    where = "" if row["supersededBy"] is None else f" by batch {row['supersededBy']}"
    why = "" if row["endedWhy"] is None else f": {row['endedWhy']}"
    verdict = f"{verdict}, " if row["finished"] else ""
    return f"{verdict}{row['endedAs']}{where} ({row['endedBy']}{why})"


def _pdf(title: str, report: Mapping[str, Any], signature: Signature) -> bytes:
    # Imported here: it takes a sixth of the start of every process, and hardly any writes a report.
    from fpdf import FPDF

    page = FPDF()
    page.set_title(title)
    page.add_page()
    page.set_font("helvetica", "B", 14)
    page.multi_cell(0, 8, _latin(title), new_x="LMARGIN", new_y="NEXT")
    page.set_font("helvetica", size=10)
    page.multi_cell(0, 6, _latin(_verdict(report)), new_x="LMARGIN", new_y="NEXT")
    for heading, columns, rows in _tables(report):
        page.set_font("helvetica", "B", 11)
        page.multi_cell(0, 9, _latin(heading), new_x="LMARGIN", new_y="NEXT")
        page.set_font("helvetica", size=9)
        with page.table(first_row_as_headings=True, line_height=5) as table:
            for row in (columns, *(rows or [("none", *("" for _ in columns[1:]))])):
                cells = table.row()
                for each in row:
                    cells.cell(_latin(each))
    page.set_font("helvetica", size=8)
    for line in (
        f"SHA-256 of the report as JSON: {signature.sha256}",
        f"{signature.algorithm} by {signature.public_key}",
        signature.signature,
    ):
        page.multi_cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())


def _latin(text: str) -> str:
    """What the fonts of every PDF reader have."""
    return text.encode("latin-1", "replace").decode("latin-1")
