"""What the project is made of. Run by ``make check``, as ``python .ci/supply`` and one of these words:

``security``  bandit over all that runs
``check``     compare docs/licences.md, refuse a licence that is not allowed, write build/sbom.cdx.json, then ``audit``;
              that nothing was audited is said aloud and is no fault of what is checked
``audit``     only look for published vulnerabilities of what is installed
``licences``  write docs/licences.md

They end with 0 when all is well, with 1 for a fault and 2 for what cannot be judged; ``audit`` ends with 3 when nothing
was audited, because ADVISORIES names no advisory data (OSV records, in a folder or a zip) or the data are old.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from audit import NotAudited, read_advisories, vulnerable
from bill import FILE, bill_of_materials
from licences import PAGE, Rules, faults, page
from packages import SupplyUnclear, packages_of_the_locks
from security import bandit

ADVISORIES: Final = "ADVISORIES"

AUDIT: Final = FILE.with_name("audit.txt")
"""What the last audit said, for whoever reports at the end of a long run."""

WELL: Final = 0
FAULT: Final = 1
UNCLEAR: Final = 2
NOT_AUDITED: Final = 3


def main(arguments: Sequence[str]) -> int:
    try:
        match arguments:
            case ["security"]:
                return bandit()
            case ["check"]:
                checked = _check()
                audited = _audit() if checked == WELL else checked
                return WELL if audited == NOT_AUDITED else audited
            case ["audit"]:
                return _audit()
            case ["licences"]:
                PAGE.write_text(page(packages_of_the_locks(), Rules.read()), encoding="utf-8")
                return WELL
    except SupplyUnclear as why:
        return _said(UNCLEAR, str(why))
    return _said(UNCLEAR, "say security, check, audit or licences")


def _check() -> int:
    packages, rules = packages_of_the_locks(), Rules.read()
    found = faults(packages, rules)
    if not found and (not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page(packages, rules)):
        found.append("docs/licences.md does not say what is installed: run make licences")
    if found:
        return _said(FAULT, *found)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(bill_of_materials(packages, rules), encoding="utf-8")
    sys.stdout.write(f"Licences of {len(packages)} packages allowed; bill of materials in build/{FILE.name}.\n")
    return WELL


def _audit() -> int:
    """Everything that is installed is audited, also what no lock names."""
    AUDIT.parent.mkdir(exist_ok=True)
    AUDIT.unlink(missing_ok=True)
    given = os.environ.get(ADVISORIES)
    installed = {(each.name, each.version) for each in distributions()}
    try:
        advisories = read_advisories(Path(given) if given else None, datetime.now(UTC).date())
    except NotAudited as why:
        not_audited = f"NOT AUDITED: {why}. No vulnerability of a package was looked for."
        AUDIT.write_text(f"{not_audited}\n", encoding="utf-8")
        return _said(NOT_AUDITED, not_audited)
    by = f"by {len(advisories.records)} advisories, the newest of {advisories.as_of}"
    found = vulnerable(installed, advisories)
    if found:
        return _said(FAULT, *map(str, found), f"{len(found)} found {by}.")
    audited = f"Audited {len(installed)} packages {by}: none is named."
    AUDIT.write_text(f"{audited}\n", encoding="utf-8")
    sys.stdout.write(f"{audited}\n")
    return WELL


def _said(status: int, *lines: str) -> int:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
