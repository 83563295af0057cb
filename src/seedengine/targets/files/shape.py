"""What kind of files a run makes, and what they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from seedengine.diagnostics import InvalidCall

Format = Literal["csv", "jsonl", "parquet", "sql"]
Compression = Literal["gzip", "zstd"]

_SUFFIXES: dict[Compression | None, str] = {None: "", "gzip": ".gz", "zstd": ".zst"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The format of files and how they are compressed; raises InvalidCall for Parquet, which always is."""

    format: Format
    compression: Compression | None = None

    def __post_init__(self) -> None:
        if self.format == "parquet" and self.compression is not None:
            raise InvalidCall("Parquet files are always compressed, with zstd", "leave out `--compress`")

    @property
    def can_be_joined(self) -> bool:
        """Whether files of this shape, one behind the other, are a file of this shape."""
        return self.format != "parquet"

    def file_name(self, table: str, number: int | None = None) -> str:
        """The name of a table's file, or of its part with that number; raises InvalidCall for a name with a path."""
        if "/" in table or "\\" in table or "\0" in table or table.startswith("."):
            raise InvalidCall(f"the table `{table}` cannot be the name of a file", "give it another name in the spec")
        part = "" if number is None else f"-{number:05}"
        return f"{table}{part}.{self.format}{_SUFFIXES[self.compression]}"


def is_file_of(name: str, table: str, format: Format) -> bool:
    """Whether a file's name is one of a table in that format, of any part and compression."""
    suffixes = "|".join(map(re.escape, _SUFFIXES.values()))
    return re.fullmatch(rf"{re.escape(table)}(-[0-9]{{5,}})?\.{format}({suffixes})", name) is not None
