"""LIKE and ILIKE: `%` any text, `_` any character, an escape before either takes it as it is."""

import re

import numpy as np
import polars as pl

from seedengine.generation.expressions.compute import by_distinct, compute
from seedengine.generation.expressions.faults import RowFault


def like(text: pl.Series, pattern: pl.Series, escape: str, *, fold: bool) -> pl.Series:
    """Whether the text fits the pattern, in any case where `fold`; `escape` is one character or none."""
    if len(pattern) == 1:
        return text.str.contains(regular(pattern[0], escape, fold=fold))
    distinct = pattern.unique(maintain_order=True)
    if len(distinct) <= 1:
        return like(text, distinct, escape, fold=fold) if len(distinct) else pl.Series([], dtype=pl.Boolean)
    # A pattern for each row has no counterpart in Polars.
    flags = re.DOTALL | (re.IGNORECASE if fold else 0)

    def matches(value: str, form: str) -> bool:
        return re.compile(_translated(form, escape), flags).fullmatch(value) is not None

    try:
        return by_distinct(matches, pl.Boolean(), text, pattern)
    except RowFault as fault:
        ends = compute(lambda p: p.str.ends_with(escape), pattern).to_numpy()
        raise RowFault(fault.message, int(np.argmax(ends)), fault.help) from None


def regular(pattern: str, escape: str, *, fold: bool) -> str:
    """The regular expression of Rust that fits the same texts."""
    return f"(?s{'i' if fold else ''})^{_translated(pattern, escape)}$"


def _translated(pattern: str, escape: str) -> str:
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            following = next(characters, None)
            if following is None:
                raise RowFault("a pattern must not end with its escape character", 0, "double the escape character")
            parts.append(re.escape(following))
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(character))
    return "".join(parts)
