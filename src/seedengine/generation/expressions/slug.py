"""`slug(text)`: a text as the part of a URL that names it."""

import hashlib

import polars as pl

from seedengine.generation.expressions.compute import by_distinct

# Letters that no decomposition of Unicode leads to ASCII, as their languages write them without.
_LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŋ": "n", "þ": "th",
    "ŧ": "t",
}  # fmt: skip
_DIGEST = 8


def slug(text: pl.Series) -> pl.Series:
    """Lower-case ASCII letters and digits in words joined by single hyphens.

    Letters lose their accents (Unicode's NFKD), those of other scripts and apostrophes are left out, anything else
    parts words. Where nothing remains, as of a text in Arabic, the slug is the first 8 digits of the text's MD5, so
    that different texts keep different slugs; an empty text has an empty one.
    """
    ascii = (
        text.str.to_lowercase()
        .str.replace_many(list(_LETTERS), list(_LETTERS.values()))
        .str.normalize("NFKD")
        .str.to_lowercase()
        .str.replace_all(r"['’`\p{M}]", "")
        .str.replace_all(r"[\p{L}\p{N}--[\x00-\x7F]]", "")
        .str.replace_all(r"[^a-z0-9]+", "-")
        .str.strip_chars("-")
    )
    lost = (ascii == "") & (text != "")
    if not lost.any():
        return ascii
    return ascii.scatter(lost.arg_true(), by_distinct(_digest, pl.String(), text.filter(lost)))


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:_DIGEST]
