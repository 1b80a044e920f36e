"""A stand-in for the Crossroads Bank: a process of its own on a loopback socket, never a part of the program.

It shares no code with the clients that call it, only the wire described here. It has two faces over one desk
(``desk.py``): REST after the Belgif guide (identifiers in the body and never in the address, problem+json,
BelGov-Trace-Id), and SOAP 1.1 in the bank's CommonV3 envelope.

    POST /crossroads/v1/employers/query
        {"ticket", "legalContext", "purpose", "enterpriseNumber"}
    POST /crossroads/v1/persons/query
        {"ticket", "legalContext", "purpose", "ssin"}
    POST /crossroads/v1/declaredWages/query
        {"ticket", "legalContext", "purpose", "ssin", "enterpriseNumber", "quarters": ["2025Q3", ...]}
    POST /crossroads/v1/declaredEmployments/query
        {"ticket", "legalContext", "purpose", "ssin", "beginDate", "endDate"}
        these three of a person who was registered before, else NO_RESULT with MSG00012
    POST /crossroads/v1/registrations
        {"ticket", "legalContext", "purpose", "ssin", "action": "register" | "unregister"}
        NO_RESULT with 40143 for somebody registered already, with 40003 for somebody not registered

    200 {"ticket": as requested, "ticketCbss": UUID, "status": {"value", "code", "description"}, ...}
        value NO_DATA_FOUND, code MSG00100: nothing else
        value NO_RESULT, any other code: nothing else
        value DATA_FOUND, code MSG00000, and one of
            "employer": {"enterpriseNumber", "name", "active", "address", "activity", "establishmentUnits"}
                an address is {"street", "houseNumber", "postalCode", "municipality", "municipalityCode"}
                and, each absent where the register does not say: "foundedOn", "hasStaff", "hasDebts"
            "person": {"ssin": as requested}
            "employment": {"relations": [{"enterpriseNumber", "beginDate", "endDate": absent while it lasts}, ...]}
            "registration": {"action": as requested}
            "declaration": {"enterpriseNumber", "quarters": [{"quarter", "grossEuroCents": integer}, ...]}
    400 problem badRequest; of a number that is no good, with an issue unknownSsin, replacedSsin (with "replacedBy")
        or canceledSsin
    429 problem tooManyRequests and 503 problem serviceUnavailable with Retry-After in seconds; a 503 in a
        maintenance window carries the type urn:problem-type:cbss:maintenance, which is this simulator's own: the
        real bank's is not public

    POST /crossroads/soap/v1   a message {operation}Request, answered by {operation}Response
        where operation is employer, person, declaredWages, declaredEmployment or registration; criteria and result
        are those of REST, the items of a list named in the singular. What is wrong with a number is in the
        attributes canceled and replacedBy of ssin. A request that is none, and an internal error, are SOAP faults
        (500) with a CBSSFault.

The answer to a request depends on the seed, the check, the identifiers, the ticket and on how many requests
with that ticket came before; never on the time or on what other tickets do.

The administration of the simulator (`/admin/...`) is described with its routes in `administration.py`.
"""
