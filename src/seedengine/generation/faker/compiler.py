"""From the code of a method of Faker's to the grammar of what it gives.

The method's own source is read and carried out on grammars instead of texts: a draw becomes the grammar of what may be
drawn, a format the sequence of the grammars of its tokens, code that decides by a draw a choice of what it gives for
each of its values. Whatever cannot be said so, or only at length, is NotCompiled; so a grammar says what the installed
version of that locale's provider does, overridden or not.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from functools import cache
from threading import RLock
from types import FunctionType
from typing import Any

from faker.providers import BaseProvider
from faker.providers.internet import Provider as Internet

from seedengine.generation.faker.arguments import prepared
from seedengine.generation.faker.drawn import is_constant
from seedengine.generation.faker.draws import DRAWS
from seedengine.generation.faker.functions import is_pure
from seedengine.generation.faker.grammar import (
    Elements,
    Node,
    NotCompiled,
    Numbers,
    literal,
    sequence,
    spread,
)
from seedengine.generation.faker.interpreter import FAILURES, Interpreter
from seedengine.generation.faker.lifting import lifted
from seedengine.generation.faker.operations import as_text
from seedengine.generation.faker.providers import YEARS, Localised
from seedengine.generation.faker.special import SPECIAL
from seedengine.generation.faker.steps import bounded
from seedengine.generation.faker.transformations import lowered, slugified, to_ascii

_TOKEN = re.compile(r"\{\{\s*(\w+)(:\s*\w+?)?\s*\}\}")
_BRACES = re.compile(r"\{\{|\}\}")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOSTDRAWS = 64
_DEEPEST = 40
_DECORATORS: Mapping[str, Callable[[Node], Node]] = {
    "lowercase": lowered,
    "slugify_unicode": lambda node: slugified(node, unicode=True),
    "slugify": slugified,
    "slugify_domain": lambda node: slugified(node, dots=True),
}


class Compiler:
    """Compiles the methods of one locale, each but once for the same arguments."""

    def __init__(self, faker: Localised) -> None:
        self.faker = faker
        self._made: dict[tuple[BaseProvider, str, str], Any] = {}
        self._depth = 0
        self._lock = RLock()

    def grammar(self, method: str, args: Mapping[str, Any]) -> Node:
        """The grammar of a method with these arguments; NotCompiled where there is none."""
        made = self.result(method, args)
        if not isinstance(made, Node):
            raise NotCompiled("it gives lists")
        return made

    def result(self, method: str, args: Mapping[str, Any]) -> Any:
        """A grammar, or a list of grammars and constants, or `Outcomes` of such; NotCompiled where there is none."""
        with self._lock, bounded():
            made = self.method(self.faker.owners[method], method, (), prepared(args))
        return Elements((made,)) if is_constant(made) else made

    @staticmethod
    def draws(provider: BaseProvider, name: str) -> bool:
        """Whether a method of a provider is one of those of Faker's base that all draws are made by."""
        return name in DRAWS and getattr(type(provider), name) is getattr(BaseProvider, name)

    def method(self, provider: BaseProvider, name: str, args: tuple[Any, ...], keywords: Mapping[str, Any]) -> Any:
        """What a method gives: a grammar, a constant, or a list of these."""
        if self.draws(provider, name):
            return DRAWS[name](*args, **keywords)
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
        if inspect.isfunction(bound):
            return lifted(bound, args) if is_pure(bound) and not keywords else _unknown(name)
        return self._run(provider, bound.__func__ if inspect.ismethod(bound) else None, name, args, keywords)

    def inherited(
        self, provider: BaseProvider, after: type, name: str, args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Any:
        """What a method gives as the classes of a provider after one of them have it."""
        classes = type(provider).__mro__
        for each in classes[classes.index(after) + 1 :]:
            if name in vars(each):
                return self._run(provider, vars(each)[name], name, args, keywords)
        return _unknown(name)

    def _run(
        self, provider: BaseProvider, method: Any, name: str, args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Any:
        if not inspect.isfunction(method) or self._depth > _DEEPEST:
            raise NotCompiled(f"it calls `{name}`")
        function = inspect.unwrap(method)
        if function in SPECIAL:
            return SPECIAL[function](self, provider, args, keywords)
        definition = _definition(function)
        self._depth += 1
        try:
            made = Interpreter(self, provider, function).run(definition, args, keywords)
        except FAILURES as error:
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


def _unknown(name: str) -> Any:
    raise NotCompiled(f"it calls `{name}`")
