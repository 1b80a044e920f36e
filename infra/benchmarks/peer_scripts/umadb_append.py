"""UmaDB by its Python client: events a second with some callers, each append awaited.

Run by the peer's interpreter with one JSON argument: url, callers, eventsEach, bodyBytes. The callers are threads with
one client between them: it sends their appends at the same time, and a client a caller was no faster. An append bears
no condition, which is less than is asked of the other sides: they refuse a version that is there already.
"""

import json
import os
import sys
import time
from threading import Thread
from uuid import UUID, uuid4

from umadb import Client, Event


def main() -> None:
    given = json.loads(sys.argv[1])
    callers, each = given["callers"], given["eventsEach"]
    client = Client(given["url"])
    body = os.urandom(given["bodyBytes"])

    def call(streams: list[UUID]) -> None:
        for stream in streams:
            client.append([Event("ApplicationWithdrawn", body, [str(stream)])])

    def together(count: int) -> float:
        threads = [Thread(target=call, args=([uuid4() for _ in range(count)],)) for _ in range(callers)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return callers * count / (time.perf_counter() - began)

    before = client.head() or 0
    together(max(1, each // 10))
    rate = together(each)
    stored = (client.head() or 0) - before
    if stored != callers * (each + max(1, each // 10)):
        sys.exit(f"{stored} events are in the database, which is not all that were appended")
    print(json.dumps({"rate": rate}))  # noqa: T201


if __name__ == "__main__":
    main()
