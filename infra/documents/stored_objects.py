"""Sealed content in a bucket of an S3-compatible store: the object ``<subject>/<sha256>``, put in one request.

An object is there whole or not at all, and once a PUT is answered it is durable and seen by every reader (Amazon S3 and
the stores that are compatible with it). What is coming in, and what is read, lies sealed in files of this machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import PARTIAL_CONTENT
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast
from uuid import UUID

from minio import Minio
from minio.credentials.providers import AWSConfigProvider, ChainedProvider, EnvAWSProvider
from minio.error import MinioException, S3Error
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from infra.documents.errors import StorageUnavailable

_ABSENT: Final = ("NoSuchKey", "NoSuchObject")
_NO_SUCH_RANGE: Final = "InvalidRange"
_AT_ONCE: Final = 64 * 1024
_IN_MEMORY: Final = 1024 * 1024
_IN_ONE_REQUEST: Final = 64 * 1024 * 1024
"""More than any document has, so that each is put by one request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """``endpoint`` is ``host:port``; without ``secure`` it is spoken to over plain HTTP."""

    endpoint: str
    name: str
    secure: bool


class StoredObjects:
    """Implements :class:`infra.documents.storage.ContentStorage`; every method raises ``StorageUnavailable`` too.

    Credentials are those of AWS's own tools: ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, else the file of
    ``AWS_SHARED_CREDENTIALS_FILE``; the region is ``AWS_REGION``, else us-east-1.
    """

    PATIENCE: Final = 30.0
    CONNECT_SECONDS: Final = 5.0
    """Also for the store to take what is sent. With the repetitions below all of it is within ``STORAGE_SECONDS``."""

    def __init__(self, bucket: Bucket, *, patience: float = PATIENCE) -> None:
        """``patience``: seconds that the store may stay silent in answering."""
        self._bucket = bucket.name
        self._client = Minio(
            bucket.endpoint,
            secure=bucket.secure,
            region=os.environ.get("AWS_REGION", "us-east-1"),
            credentials=ChainedProvider([EnvAWSProvider(), AWSConfigProvider()]),
            http_client=PoolManager(
                maxsize=16,
                timeout=Timeout(connect=min(self.CONNECT_SECONDS, patience), read=patience),
                retries=Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
            ),
        )

    def place(self, sealed: Path, subject: UUID, sha256: str) -> None:
        with _answering():
            self._client.fput_object(
                self._bucket,
                _name(subject, sha256),
                str(sealed),
                content_type="application/octet-stream",
                part_size=_IN_ONE_REQUEST,
            )

    @contextmanager
    def open(self, subject: UUID, sha256: str) -> Iterator[BinaryIO]:
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            with _answering(), closing(self._client.get_object(self._bucket, _name(subject, sha256))) as answer:
                for chunk in answer.stream(_AT_ONCE):
                    file.write(chunk)
            file.seek(0)
            yield cast(BinaryIO, file)

    def beginning(self, subject: UUID, sha256: str, count: int) -> tuple[bytes, int]:
        name = _name(subject, sha256)
        with _answering():
            try:
                answer = self._client.get_object(self._bucket, name, offset=0, length=count)
            except S3Error as why:
                if why.code != _NO_SUCH_RANGE:
                    raise
                # There is the object, and not one byte in it: there is no other in which no range begins at 0.
                return b"", 0
            with closing(answer):
                content = answer.read(count)
                return content, len(content) + _size_of_the_rest(answer, len(content))

    def holds(self, subject: UUID, sha256: str) -> bool:
        try:
            with _answering():
                self._client.stat_object(self._bucket, _name(subject, sha256))
        except FileNotFoundError:
            return False
        return True

    def remove(self, subject: UUID, sha256: str) -> None:
        with _answering():
            self._client.remove_object(self._bucket, _name(subject, sha256))

    def forget_subject(self, subject: UUID) -> None:
        """A bucket has no directories: with the last object of a subject nothing is left."""


def _size_of_the_rest(answer: BaseHTTPResponse, read: int) -> int:
    """How many bytes of the object follow on those that were read; a store need not know of ranges."""
    if answer.status == PARTIAL_CONTENT:
        return int(answer.headers["Content-Range"].rpartition("/")[2]) - read
    if "Content-Length" in answer.headers:
        return int(answer.headers["Content-Length"]) - read
    return sum(len(chunk) for chunk in answer.stream(_AT_ONCE))


def _name(subject: UUID, sha256: str) -> str:
    return f"{subject}/{sha256}"


@contextmanager
def _answering() -> Iterator[None]:
    """Raises ``FileNotFoundError`` for an object that is not there, and ``StorageUnavailable``."""
    try:
        yield
    except S3Error as why:
        if why.code in _ABSENT:
            raise FileNotFoundError from None
        raise StorageUnavailable(str(why.code)) from None
    except (MinioException, HTTPError, OSError, ValueError) as why:
        # ValueError: no credentials were found.
        raise StorageUnavailable(type(why).__name__) from None
