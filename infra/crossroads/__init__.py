"""The Crossroads Bank as the program reaches it, and the simulator that takes its place.

``http_bank`` makes the calls; a *protocol* says how a question and its reply are written: ``rest_protocol`` after the
Belgif guide, ``soap_protocol`` in the bank's CommonV3 envelope. ``replies`` reads what came back by either.
"""
