"""From the code of a method of Faker's to the grammar of what it gives.

The method's own source is read and carried out on grammars instead of texts: a draw becomes the grammar of what may be
drawn, a format the sequence of the grammars of its tokens. Whatever is not known here (a loop that ends by chance, a
condition on what was drawn, a value drawn once and used twice) is NotCompiled, so a grammar says what the installed
version of that locale's provider does, overridden or not.
"""

import ast
import inspect
import re
import textwrap
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cache
from types import FunctionType
from typing import Any

from faker.providers import BaseProvider
from faker.providers.internet import Provider as Internet

from seedengine.generation.faker.arguments import prepared
from seedengine.generation.faker.grammar import (
    NUMERIC,
    Choice,
    Elements,
    Node,
    NotCompiled,
    Numbers,
    element_of,
    literal,
    sequence,
    spread,
    substituted,
)
from seedengine.generation.faker.interpreter import Interpreter
from seedengine.generation.faker.operations import as_text, is_constant
from seedengine.generation.faker.providers import YEARS, Localised
from seedengine.generation.faker.transformations import lowered, slugified, to_ascii

_TOKEN = re.compile(r"\{\{\s*(\w+)(:\s*\w+?)?\s*\}\}")
_BRACES = re.compile(r"\{\{|\}\}")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_DRAWS = 64
_DEEPEST = 40
_DECORATORS: Mapping[str, Callable[[Node], Node]] = {
    "lowercase": lowered,
    "slugify_unicode": slugified,
    "slugify": slugified,
    "slugify_domain": lambda node: slugified(node, dots=True),
}


class Compiler:
    """Compiles the methods of one locale, each but once for the same arguments."""

    def __init__(self, faker: Localised) -> None:
        self.faker = faker
        self._made: dict[tuple[BaseProvider, str, str], Any] = {}
        self._depth = 0

    def grammar(self, method: str, args: Mapping[str, Any]) -> Node:
        """The grammar of a method with these arguments; NotCompiled where there is none."""
        made = self.method(self.faker.owners[method], method, (), prepared(args))
        if isinstance(made, list | tuple):
            raise NotCompiled("it gives lists")
        return made if isinstance(made, Node) else literal(made)

    def method(self, provider: BaseProvider, name: str, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        """What a method gives: a grammar, a constant, or a list of these."""
        if name in _DRAWS and getattr(type(provider), name) is getattr(BaseProvider, name):
            return _DRAWS[name](*args, **keywords)
        if isinstance(provider, Internet) and name == "_to_ascii" and type(provider)._to_ascii is Internet._to_ascii:
            return to_ascii(args[0], provider.replacements)
        if not all(map(is_constant, (*args, *keywords.values()))):
            return self._carry_out(provider, name, args, keywords)
        call = (provider, name, repr((args, keywords)))
        if call not in self._made:
            self._made[call] = self._carry_out(provider, name, args, keywords)
        return self._made[call]

    def _carry_out(self, provider: BaseProvider, name: str, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        bound = getattr(provider, name, None)
        if not inspect.ismethod(bound) or self._depth > _DEEPEST:
            raise NotCompiled(f"it calls `{name}`")
        function = inspect.unwrap(bound.__func__)
        definition = _definition(function)
        self._depth += 1
        try:
            made = Interpreter(self, provider, function).run(definition, args, keywords)
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            raise NotCompiled(f"`{name}` cannot be followed: {error}") from error
        finally:
            self._depth -= 1
        for decorator in reversed(definition.decorator_list):
            if not isinstance(decorator, ast.Name) or decorator.id not in _DECORATORS:
                raise NotCompiled(f"`{name}` is decorated")
            made = _DECORATORS[decorator.id](made if isinstance(made, Node) else literal(made))
        return made

    def token(self, name: str) -> Any:
        """What a token of a format, or a formatter of the generator, gives."""
        if name == "year":
            return Numbers(YEARS, "d")
        if name not in self.faker.owners:
            raise NotCompiled(f"it calls `{name}`")
        return self.method(self.faker.owners[name], name, (), {})

    def parse(self, pattern: Any) -> Node:
        """The grammar of a format with its tokens replaced."""
        return spread(pattern, self._parse) if isinstance(pattern, Node) else self._parse(pattern)

    def _parse(self, text: str) -> Node:
        parts: list[Node] = []
        end = 0
        for token in _TOKEN.finditer(text):
            if token[2]:
                raise NotCompiled("its formats have arguments")
            made = self.token(token[1])
            parts += [literal(text[end : token.start()]), as_text(made)]
            end = token.end()
        if _BRACES.search(_TOKEN.sub("", text)):
            raise NotCompiled("its formats are put together")
        return sequence([*parts, literal(text[end:])])


@cache
def _definition(function: FunctionType) -> ast.FunctionDef:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError) as error:
        raise NotCompiled("its source is not at hand") from error
    (definition,) = tree.body
    assert isinstance(definition, ast.FunctionDef)
    return definition


def _random_element(elements: Any = ("a", "b", "c")) -> Any:
    if isinstance(elements, Node):
        return spread(elements, _random_element)
    if isinstance(elements, list | tuple) and any(isinstance(each, Node) for each in elements):
        return Choice(tuple(each if isinstance(each, Node) else Elements((each,)) for each in elements))
    if isinstance(elements, dict) and not isinstance(elements, OrderedDict):
        raise NotCompiled("it draws from a mapping without order")
    return element_of(elements)


def _random_elements(elements: Any = ("a", "b", "c"), length: int | None = None, unique: bool = False) -> Any:
    if unique or length is None or length > _MOST_DRAWS:
        raise NotCompiled("it draws lists")
    return [_random_element(elements) for _ in range(length)]


def _random_int(min: int = 0, max: int = 9999, step: int = 1) -> Node:
    return Numbers(range(min, max + 1, step))


def _random_number(digits: int | None = None, fix_len: bool = False) -> Node:
    if digits is None:
        raise NotCompiled("it draws the number of digits")
    return Numbers(range(10 ** (digits - 1) if fix_len else 0, 10**digits))


def _numerify(text: Any = "###") -> Node:
    return substituted(_node(text), NUMERIC)


def _lexify(text: Any = "????", letters: str = _LETTERS) -> Node:
    return substituted(_node(text), {"?": Elements(tuple(letters))})


def _bothify(text: Any = "## ??", letters: str = _LETTERS) -> Node:
    return _lexify(_numerify(text), letters)


def _hexify(text: Any = "^^^^", upper: bool = False) -> Node:
    return substituted(_node(text), {"^": Elements(tuple("0123456789ABCDEF" if upper else "0123456789abcdef"))})


def _node(text: Any) -> Node:
    return text if isinstance(text, Node) else literal(text)


_DRAWS: Mapping[str, Callable[..., Any]] = {
    "bothify": _bothify,
    "hexify": _hexify,
    "lexify": _lexify,
    "numerify": _numerify,
    "random_choices": _random_elements,
    "random_digit": lambda: Numbers(range(10)),
    "random_digit_above_two": lambda: Numbers(range(2, 10)),
    "random_digit_not_null": lambda: Numbers(range(1, 10)),
    "random_element": _random_element,
    "random_elements": _random_elements,
    "random_int": _random_int,
    "random_letter": lambda: Elements(tuple(_LETTERS)),
    "random_lowercase_letter": lambda: Elements(tuple(_LETTERS[:26])),
    "random_number": _random_number,
    "random_uppercase_letter": lambda: Elements(tuple(_LETTERS[26:])),
}
