"""The characters that a document may hold: those of YAML 1.2.2 §5.1, with the line breaks of §5.4."""

from __future__ import annotations

import re

from seedengine.diagnostics import Diagnostic
from seedengine.spec.source.text import Source

_REFUSED = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def bad_character(source: Source) -> Diagnostic | None:
    """The first character that a document may not hold, if there is one.

    NEL, LS and PS are refused too: YAML 1.1, which libyaml reads, breaks lines there and YAML 1.2 does not.
    """
    found = _REFUSED.search(source.text)
    if found is None:
        return None
    code = ord(found.group())
    written = f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    help = f"remove it, or write `{written}` within double quotes"
    return Diagnostic(
        "S002", f"the character U+{code:04X} may not stand in a spec", source.location(found.start()), help
    )
