"""The page on permissions: an introduction, and the table as the service reads it."""

from __future__ import annotations

import sys
from pathlib import Path

from api.permissions import Permissions

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"

INTRODUCTION = """\
# Who may do what

This page is generated from `api/permissions.toml`, the one table that the service reads too; a test compares them.

A caller's token names a role and for whom, or where, it acts: an employer's or representative's its enterprise
number, a worker's the SSIN, all others' their authority. The words of the table say how far the role goes with an
action:

| Word | Cases |
|---|---|
| `none` | no case at all: 403 |
| `own` | the caller's own: an employer's or a representative's by enterprise number, a worker's by SSIN (see below) |
| `filed` | of those, the ones that the caller filed; an employer's are also those its representative filed for it |
| `authority` | those of the authority in the token; a regulator's token that names none reaches every authority |
| `all` | whatever the case, and what is about none |
| `anyone` | no token is needed |

A case that is out of reach is answered with 404, word for word as one that does not exist. Without a token the
answer is 401.

A worker's own cases are those with the worker's number on file today, or with one that the register replaced by it. A
number that was mistyped and corrected opens the case no more, from the moment of the correction.

A representative's own cases are those that it filed, until its mandate is found invalid or has ended
(`verifyMandate`): from then on it neither reads nor changes them. Who acts in another's name needs that other's
authority (old Civil Code, articles 1984 and 2003), and without it there is no ground to see the worker's data
(Regulation (EU) 2016/679, articles 5 (1) (b) and 6). The employer sees the file and can go on with it. When a mandate
is found valid again, the representative can too. Either is recorded of a case that has ended as well.

"""


def page() -> str:
    """The whole page."""
    return INTRODUCTION + Permissions.load().table_markdown()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"written: {PAGE.name}\n")
