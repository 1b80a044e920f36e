"""Everything outside: the database, Kafka, the Crossroads Bank, files, keys and child processes.

The programs of this package (``python -m infra.kafka``) leave the current folder out of the import path before they
import anything, as :mod:`api` does and for the same reason. Neither can ask the other: it would be looked for there.
"""

import os
import sys

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

if sys.argv[:1] == ["-m"] and os.getcwd() != _OWN:
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != os.getcwd()]
