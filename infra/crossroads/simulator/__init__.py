"""A stand-in for the Crossroads Bank: a process of its own on a loopback socket, never a part of the program.

It shares no code with the gateway that calls it, only the wire described here. The manner is that of the
bank's CommonV3 envelope (status, code, ticket, amounts in euro cents) on a REST face after the Belgif guide
(identifiers in the body and never in the address, problem+json, BelGov-Trace-Id).

    POST /crossroads/v1/employers/query
        {"ticket", "legalContext", "purpose", "enterpriseNumber"}
    POST /crossroads/v1/declaredWages/query
        {"ticket", "legalContext", "purpose", "ssin", "enterpriseNumber", "quarters": ["2025Q3", ...]}
        of a person who was registered before, else NO_RESULT with MSG00012
    POST /crossroads/v1/registrations
        {"ticket", "legalContext", "purpose", "ssin", "action": "register" | "unregister"}
        NO_RESULT with 40143 for somebody registered already, with 40003 for somebody not registered

    200 {"ticket": as asked, "ticketCbss": UUID, "status": {"value", "code", "description"}, ...}
        value NO_DATA_FOUND, code MSG00100: nothing else
        value NO_RESULT, any other code: nothing else
        value DATA_FOUND, code MSG00000, and one of
            "employer": {"enterpriseNumber", "name", "active"}
            "registration": {"action": as asked}
            "declaration": {"enterpriseNumber", "quarters": [{"quarter", "grossEuroCents": integer}, ...]}
    400 problem badRequest; 429 problem tooManyRequests and 503 problem serviceUnavailable with Retry-After
        in seconds; a 503 in a maintenance window carries the type urn:problem-type:cbss:maintenance, which
        is this simulator's own: the real bank's is not public

The answer to a request depends on the seed, the check, the identifiers, the ticket and on how many requests
with that ticket came before; never on the time or on what other tickets do.

The administration of the simulator (`/admin/...`) is described with its routes in `administration.py`.
"""
