"""The documents of a draft in the words of its reader: which are there, and which the law asks for besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.drafts.beside import Beside, PaperShown
from api.pages.drafts.contents import DraftWords, address_of
from api.pages.page_parts import Badge, Tone
from api.words.languages import Language
from domain.drafts.draft import Draft

FILE: Final = "file-"
"""Before the kind of a document, the field of its file."""
OTHER_FILE: Final = "file"
"""The field of a file of the kind that :data:`KIND` says."""
KIND: Final = "kind"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShown:
    """A file of a draft."""

    name: str
    href: str
    kind: str
    sha256: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsShown:
    """``missing`` are the papers of the checklist that lack a file."""

    files: tuple[FileShown, ...]
    missing: tuple[PaperShown, ...]

    @property
    def are_all_there(self) -> bool:
        """Whether every paper is there that is surely needed."""
        return not any(each.is_certain for each in self.missing)

    def status(self, language: Language) -> Badge:
        """How far the documents are, in the list of tasks."""
        _ = language.gettext
        if not self.files:
            return Badge(text=_("None attached yet"), tone=Tone.WAITING)
        if self.are_all_there:
            return Badge(text=_("Attached"), tone=Tone.GOOD)
        lacking = sum(each.is_certain for each in self.missing)
        return Badge(
            text=language.ngettext("%(num)s still missing", "%(num)s still missing", lacking), tone=Tone.WAITING
        )


def documents_shown(draft: Draft, beside: Beside, words: DraftWords) -> DocumentsShown:
    """What a draft holds, and what the checklist beside it asks for."""
    return DocumentsShown(
        files=tuple(
            FileShown(
                name=words.document(each.kind),
                href=f"{address_of(draft)}/documents/{each.sha256}",
                kind=each.kind,
                sha256=each.sha256,
                media_type=each.media_type,
                size=each.size,
            )
            for each in draft.documents
        ),
        missing=tuple(each for each in beside.papers if not each.is_there),
    )
