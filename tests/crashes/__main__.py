"""`python tests/crashes`: the whole sweep of what may stop a run, and one table of what the database held afterwards.

`--help` says what may follow; `README.md` beside this file says what is done.
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

    from crashes.command import main

    sys.exit(main(sys.argv[1:]))
