"""How an event lies in the journal, byte for byte: docs/flows/journal.md has the same for a stranger.

``body`` is the frame of a stored body, ``keyed_parts`` what is encrypted in it, ``compression`` the dictionaries,
``leaf`` what binds an event to its place, and ``compact_text`` the texts beside it. ``stored_body`` reads a body of
whichever form; ``form_1`` is the earlier one, in JSON, which is written no more.
"""
