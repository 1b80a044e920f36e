"""What people and programs meet: the HTTP interface, the pages and the command line.

Before anything else is imported, the current folder leaves the import path of a program of ours, unless it is the
source tree that this package lies in. ``python -m`` puts it there, and so does an empty entry of PYTHONPATH: an
a stray ``http.py`` in it would come before Python's own. Children are started so that it never is there,
see :mod:`infra.child_process`.
"""

import os
import sys

_PROGRAMS = ("-m", "permit")
"""What the first argument is while ``python -m`` looks for a module, and what our command is called."""

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

if os.path.basename("".join(sys.argv[:1])) in _PROGRAMS and os.getcwd() != _OWN:
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != os.getcwd()]
