"""The moment at which a transaction becomes true."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Around a COMMIT: Ctrl-C comes too late there, so that nobody is told that nothing was changed when all was.

    What the system or the thread gives no way to hold back is not.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if signal.SIGINT in signal.sigpending():
            handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which forgets the one that waits
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
