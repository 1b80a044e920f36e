"""The one base of errors that a person can correct: what is wrong, where, and what to do about it.

What starts the program (the command line, above all) catches :class:`Unusable` and shows its text. An error of a
new kind therefore needs no entry in a list: it derives from this class and its text is a sentence. Those of the domain
are about files that it reads; what the program was given, and what it relies on, is for the floors above.

    Exception
    └── Unusable
        ├── LawDataUnusable           a file of law, of terms, of working days or of service levels
        ├── ReadingUnknown            the reading of an open question that no law file holds
        └── MunicipalitiesUnusable    the list of municipalities
"""

from __future__ import annotations


class Unusable(Exception):
    """The program cannot do what was wanted. The text is for a person: what, where and how to correct it."""
