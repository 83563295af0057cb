"""Runs the command line so that it dies in the first write beyond a size of any file, the write being half done.

Arguments: the size in bytes, then those of the command line.
"""

import resource
import signal
import sys

from seedengine.cli import main

if __name__ == "__main__":
    size = int(sys.argv.pop(1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python lets a write fail instead
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    main()
