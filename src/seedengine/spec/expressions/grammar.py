"""What may stand where in an expression: lexemes checked, paths taken out, and the rest handed on as sqlglot's tokens.

Names of the language (`order`, `end.at`, `comment.created_at`) mean something else to an SQL parser, so that a word is
told here to be a path, a function, a type or a keyword by what stands around it. What SQL writes in a form of its own
(`extract(year from x)`, `trim(both from x)`, `cast(x as date)`, `date '2025-01-01'`) becomes a plain call or cast.
"""

from seedengine.spec.expressions.lexemes import Lexeme, read_lexemes
from seedengine.spec.expressions.operands import Operands
from seedengine.spec.expressions.operators import Operators
from seedengine.spec.expressions.reading import Grammar, Reading


def read(source: str) -> Grammar:
    """The tokens, paths and calls of an expression; raises ExpressionFault at the first thing out of place."""
    reading = Reading(read_lexemes(source), Lexeme("symbol", "", len(source), len(source)))
    operands, operators = Operands(reading), Operators(reading)
    if reading.peek() is reading.end:
        reading.refuse("an expression is empty", reading.end)
    expecting_operand = True
    while reading.peek() is not reading.end:
        expecting_operand = operands.read() if expecting_operand else operators.read()
    if len(reading.open) > 1:
        reading.refuse_unclosed()
    if expecting_operand:
        reading.refuse("the expression ends where a value should follow", reading.end)
    return reading.grammar
