"""Write docs/architecture.svg, or with --check say whether it is current. Run by ``make docs`` and ``make check``."""

from __future__ import annotations

import sys
from typing import Final

from drawing import picture
from import_graph import ROOT, read_architecture

PICTURE: Final = ROOT / "docs" / "architecture.svg"


def main(arguments: list[str]) -> int:
    # The packages of this checkout, also where another one is installed.
    sys.path.insert(0, str(ROOT))
    drawn = picture(read_architecture())
    if arguments == ["--check"]:
        if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == drawn:
            return 0
        sys.stderr.write("docs/architecture.svg is not current: run make docs\n")
        return 1
    PICTURE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
