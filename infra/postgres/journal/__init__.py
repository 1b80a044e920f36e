"""The journal in PostgreSQL: how events go in, and how they come out.

In: a command with its events is a request (``append_requests``), sealed (``sealing``). Requests of callers who wait go
in by group commit (``group_commit``), loads in bulk (``bulk``, ``binary_rows``). Both ways call ``journal_append``
(``append_function``) and send again until it is known what became of a request (``certain_outcome``, ``conflicts``).

Out: the event library's ports (``recorder``, ``mapper``, ``tailing``, ``journal_events``), pages of thousands
(``bulk_reading``), streams in ranges (``stream_ranges``), rows as read models take them (``recorded_events``), and
which event is to blame when one of them cannot be applied (``event_faults``). What long cases were folded to is kept
(``folded_cases``). ``journal`` is both ways, as :mod:`domain.case.handling` needs it.

Beside it: ``key_store``, by what a case is found (``case_index``, ``indexing_again``), the keys that no case came of
(``left_keys``), ``document_locks``, ``reference_numbers``, ``command_retention``, ``event_counts``.
"""
