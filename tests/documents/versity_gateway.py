"""A real S3-compatible store: the Versity S3 Gateway over a directory, installed by Go's own client."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from minio import Minio
from minio.error import MinioException
from urllib3 import PoolManager, Retry
from urllib3.exceptions import HTTPError

from infra.documents.stored_objects import Bucket
from tests.world.servers import NotHere, free_port
from tests.world.waiting import wait_until

MODULE: Final = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
GIVEN: Final = "PERMIT_TEST_VERSITYGW"
ACCESS, SECRET, BUCKET = "permit-tests", "only-of-these-tests", "documents"


def versitygw() -> str:
    """The program: the one that was given, or on the PATH, else Go builds and installs it, which takes minutes once.

    Raises NotHere.
    """
    found = os.environ.get(GIVEN) or shutil.which("versitygw")
    if found:
        return found
    go = shutil.which("go")
    if go is None:
        raise NotHere(f"there is neither versitygw nor Go, which would install it: go install {MODULE}")
    installed = subprocess.run([go, "install", MODULE], capture_output=True, text=True, check=False)
    if installed.returncode != 0:
        raise NotHere(f"go install {MODULE}: {installed.stderr.strip().splitlines()[-1:]}")
    home = subprocess.run([go, "env", "GOPATH"], capture_output=True, text=True, check=True).stdout.strip()
    return str(Path(os.environ.get("GOBIN") or Path(home) / "bin") / "versitygw")


@contextmanager
def gateway(directory: Path) -> Iterator[Bucket]:
    """An empty bucket on a server of its own, until the block ends. Raises NotHere."""
    program, port, root = versitygw(), free_port(), directory / "gateway"
    root.mkdir()
    credentials = {"ROOT_ACCESS_KEY": ACCESS, "ROOT_SECRET_KEY": SECRET, "PATH": os.environ["PATH"]}
    with (directory / "gateway.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "--port", f"127.0.0.1:{port}", "posix", "--sidecar", str(sidecar(directory)), str(root)],
            env=credentials,
            stdout=log,
            stderr=log,
        )
    try:
        bucket = Bucket(endpoint=f"127.0.0.1:{port}", name=BUCKET, secure=False)
        client = Minio(
            bucket.endpoint,
            access_key=ACCESS,
            secret_key=SECRET,
            secure=False,
            region="us-east-1",
            http_client=PoolManager(retries=Retry(total=0), timeout=5),
        )
        wait_until(lambda: _made(client), because="the gateway answers")
        yield bucket
    finally:
        process.terminate()
        process.wait()


def sidecar(directory: Path) -> Path:
    """Where it keeps what it notes of objects: not every file system of a test has extended attributes."""
    path = directory / "sidecar"
    path.mkdir(exist_ok=True)
    return path


def _made(client: Minio) -> bool:
    try:
        if not client.bucket_exists(BUCKET):
            client.make_bucket(BUCKET)
    except (MinioException, HTTPError):
        return False
    return True
