"""Constants, templates, computed values, and hashes of passwords."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache

import numpy as np
import polars as pl

from seedengine.generation.bits import bits
from seedengine.generation.bounds import check_texts
from seedengine.generation.columns import repeat
from seedengine.generation.context import Context
from seedengine.spec.generators import Bcrypt, Computed, Constant, TemplateText

_INT4 = 2**31
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BCRYPT = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
"""bcrypt writes base64 with an alphabet of its own (its reference implementation, OpenBSD `bcrypt.c`)."""


def make_constant(value: Constant, context: Context) -> pl.Series:
    """The same scalar in every row: int4 or int8, float8, text, boolean, or NULL."""
    return repeat(value.root, len(context), _type(value.root))


def _type(scalar: object) -> pl.DataType:
    if scalar is None:
        return pl.Null()
    if isinstance(scalar, bool):
        return pl.Boolean()
    if isinstance(scalar, int):
        return pl.Int32() if -_INT4 <= scalar < _INT4 else pl.Int64()
    return pl.Float64() if isinstance(scalar, float) else pl.String()


def make_template(value: TemplateText, context: Context) -> pl.Series:
    """Text and the text of expressions, one after the other; NULL is the empty text."""
    pieces: list[pl.Expr] = []
    columns: list[pl.Series] = []
    for number, part in enumerate(value.parts):
        if isinstance(part, str):
            pieces.append(pl.lit(part))
        else:
            columns.append(context.evaluate_text(part, "template").fill_null("").alias(str(number)))
            pieces.append(pl.col(str(number)))
    check_texts(context, columns, "template")
    if not columns:
        return repeat("".join(str(part) for part in value.parts), len(context), pl.String())
    return pl.DataFrame(columns).select(pl.concat_str(pieces)).to_series()


def make_computed(value: Computed, context: Context) -> pl.Series:
    """The value of an expression."""
    return context.evaluate(value.expression, "expr")


def make_bcrypt(value: Bcrypt, context: Context) -> pl.Series:
    """One hash for the whole field, its salt from the field's key."""
    text = _hash(value.text, context.key()) if len(context) else ""
    return repeat(text, len(context), pl.String())


@lru_cache(maxsize=256)
def _hash(text: str, key: int) -> str:
    import bcrypt

    salt = bits(key, np.arange(2, dtype=np.uint64)).astype("<u8").tobytes()
    encoded = b64encode(salt).decode().rstrip("=").translate(str.maketrans(_BASE64, _BCRYPT))
    return bcrypt.hashpw(text.encode(), f"$2b$10${encoded}".encode()).decode()
