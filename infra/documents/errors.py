"""What may go wrong with stored documents. What is wrong with one that is sent is ``DocumentRefused`` of the domain.

DocumentFailure
├── DocumentUnreadable           it was requested and is not given
│   ├── DocumentUnknown          nothing was ever stored under this name
│   ├── DocumentWithheld         it was erased
│   └── DocumentDamaged          what lies there is not what was stored
├── StorageFull                  there is no room for what is sent
├── StorageUnavailable           (Unusable) the store of another machine does not answer
├── ScannerUnavailable           nobody could say whether it is harmful
└── DocumentTypeUncheckable      (Unusable) the rules take a type whose content cannot be checked
"""

from __future__ import annotations

from uuid import UUID

from domain.unusable import Unusable


class DocumentFailure(Exception):
    """The document store cannot do what was wanted."""


class DocumentUnreadable(DocumentFailure):
    """The document cannot be given. The text holds no personal data."""


class DocumentUnknown(DocumentUnreadable):
    """There is no such document of this subject."""

    def __init__(self) -> None:
        super().__init__("there is no such document: name it by the sha256 under which the case lists it")


class DocumentWithheld(DocumentUnreadable):
    """The key of the data subject has been destroyed, and with it the document."""

    def __init__(self) -> None:
        super().__init__("the document was erased together with the personal data of the person it is about")


class DocumentDamaged(DocumentUnreadable):
    """What is stored was changed, cut off, or moved from the place for which it was made."""

    def __init__(self, subject: UUID, sha256: str) -> None:
        super().__init__(
            f"the stored document {sha256} of data subject {subject} is not what was written there: "
            "restore this file from the backup of the document store, or have the applicant send it again"
        )
        self.subject = subject
        self.sha256 = sha256


class StorageFull(DocumentFailure):
    """The disk of the document store is full; nothing of what was sent is kept."""

    def __init__(self) -> None:
        super().__init__("there is no room for documents at the moment")


class StorageUnavailable(DocumentFailure, Unusable):
    """The object store cannot be reached or refused the work; ``why`` is its code, or the kind of error."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the object store of PERMIT_DOCUMENTS_S3 does not do what it is asked ({why}): look whether it answers at "
            "that address, has that bucket, and takes these credentials"
        )


class ScannerUnavailable(DocumentFailure):
    """The scanner that is set gives no verdict; nothing of what was sent is kept."""

    def __init__(self) -> None:
        super().__init__("the virus scanner does not answer at the moment")


class DocumentTypeUncheckable(DocumentFailure, Unusable):
    """The document rules take a type whose content this store cannot check."""
