"""`python tests/fuzz`; `--help` says what may follow."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

    from fuzz.command import main

    sys.exit(main(sys.argv[1:]))
