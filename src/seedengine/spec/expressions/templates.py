"""Texts with expressions in them: `{expr}` is a hole, `{{` and `}}` are braces."""

import re
from collections.abc import Callable

from seedengine.spec.expressions.lexemes import MAX_LENGTH, ExpressionFault
from seedengine.spec.expressions.parsing import Expression, parse

MAX_HOLES = 100

_PLAIN = re.compile(r"[^{}]+|\{\{|\}\}")
_HOLE = re.compile(
    r"""\{((?:[^{}'"$]++ | '(?:[^']|'')*+' | "(?:[^"]|"")*+" | (?>\$(\w*+)\$.*?\$\2\$) | \$)*+)\}""",
    re.VERBOSE | re.DOTALL,
)


def parse_template(source: str, parse: Callable[[str], Expression] = parse) -> tuple[str | Expression, ...]:
    """The texts and expressions that make `source`, in its order, no two texts side by side.

    Raises ExpressionFault, its offset counted in the whole template, for a brace without its pair and for whatever
    `parse` refuses in a hole.
    """
    parts: list[str | Expression] = []
    text: list[str] = []
    position = 0
    while position < len(source):
        if plain := _PLAIN.match(source, position):
            text.append(plain[0][:1] if plain[0] in ("{{", "}}") else plain[0])
            position = plain.end()
            continue
        if sum(isinstance(part, Expression) for part in parts) == MAX_HOLES:
            raise ExpressionFault(f"a template has at most {MAX_HOLES} expressions", position)
        hole, position = _hole(source, position, parse)
        if text:
            parts.append("".join(text))
            text.clear()
        parts.append(hole)
    if text:
        parts.append("".join(text))
    return tuple(parts)


def _hole(source: str, position: int, parse: Callable[[str], Expression]) -> tuple[Expression, int]:
    if source[position] == "}":
        raise ExpressionFault("this `}` closes nothing", position, "a brace is written `}}`")
    match = _HOLE.match(source, position, position + MAX_LENGTH + 2)
    if match is None:
        far = f" within {MAX_LENGTH:,} characters" if len(source) - position > MAX_LENGTH else ""
        raise ExpressionFault(f"this `{{` is not closed{far}", position, "a brace is written `{{`")
    try:
        return parse(match[1]), match.end()
    except ExpressionFault as fault:
        raise ExpressionFault(fault.message, position + 1 + fault.offset, fault.help) from None
