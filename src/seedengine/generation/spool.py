"""Whole numbers that are written once and read by their position: many of them lie on the disk."""

from __future__ import annotations

import os
import tempfile
from io import FileIO
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from seedengine.diagnostics import InvalidCall
from seedengine.generation.blocks import by_block

Integers = NDArray[np.int64]

_IN_MEMORY = 2**18
"""So many numbers, 8 bytes each, are kept in memory; more go to a temporary file."""
_CHUNK = 8192
"""So many are read at once."""
_WIDTH = 8


class Spool:
    """Numbers in the order in which they were appended; what is on the disk has no name there, so nothing stays.

    Reading does not move within the file: threads, and processes that were forked, may read at once. Raises
    InvalidCall where the temporary folder cannot be written.
    """

    def __init__(self, in_memory: int = _IN_MEMORY, chunk: int = _CHUNK) -> None:
        self._in_memory, self._chunk = in_memory, chunk
        self._size = 0
        self._parts: list[Integers] = []
        self._file: FileIO | None = None

    def __len__(self) -> int:
        return self._size

    def append(self, numbers: Integers) -> None:
        """Add numbers at the end."""
        self._size += len(numbers)
        self._parts.append(numbers)
        if self._file is not None or self._size > self._in_memory:
            self._write()

    def take(self, positions: Integers) -> Integers:
        """The numbers at these positions, each from 0 to the length."""
        if self._file is None:
            return self._together()[positions]
        found = np.empty(len(positions), dtype=np.int64)
        for chunk, at in by_block(positions, self._chunk):
            start = chunk * self._chunk
            found[at] = self.slice(start, min(start + self._chunk, self._size))[positions[at] - start]
        return found

    def slice(self, start: int, stop: int) -> Integers:
        """The numbers from position `start` to `stop`."""
        if self._file is None:
            return self._together()[start:stop]
        data = os.pread(self._file.fileno(), (stop - start) * _WIDTH, start * _WIDTH)
        return np.frombuffer(data, dtype=np.int64)

    def _together(self) -> Integers:
        if len(self._parts) != 1:
            self._parts = [np.concatenate([np.zeros(0, dtype=np.int64), *self._parts])]
        return self._parts[0]

    def _write(self) -> None:
        """Move what is in memory to the end of the file."""
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it lives as long as the spool
                finalize(self, self._file.close)
            rest = memoryview(self._together().astype(np.int64).tobytes())
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            # `tempdir` is None where no folder can be written, which the error says itself.
            where = f" in `{tempfile.tempdir}`" if tempfile.tempdir else ""
            message = f"a temporary file{where} cannot be written: {error.strerror}"
            raise InvalidCall(message, "make room there, or let TMPDIR name another folder") from None
        self._parts = []
