"""Draw docs/growth.svg from docs/growth.json, or with --check say whether it is current. Run by ``make docs``.

The figures are the report of ``permit bench growth --json``, kept as it was printed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from chart import picture, times_of

DOCS: Final = Path(__file__).parents[2] / "docs"
FIGURES: Final = DOCS / "growth.json"
PICTURE: Final = DOCS / "growth.svg"


def main(arguments: list[str]) -> int:
    drawn = picture(times_of(json.loads(FIGURES.read_text(encoding="utf-8"))))
    if arguments == ["--check"]:
        if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == drawn:
            return 0
        sys.stderr.write("docs/growth.svg does not show docs/growth.json: run make docs\n")
        return 1
    PICTURE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
