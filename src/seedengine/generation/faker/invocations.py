"""The part of Python that Faker's providers are written in, carried out on grammars: attributes and calls."""

import ast
import inspect
import operator
import re
from collections.abc import Sequence
from functools import cached_property, partial
from types import FunctionType
from typing import Any

from faker.providers import BaseProvider

from seedengine.generation.faker.drawn import Outcomes, Split, is_constant, is_text
from seedengine.generation.faker.expressions import Expressions
from seedengine.generation.faker.functions import FUNCTIONS, is_pure
from seedengine.generation.faker.grammar import Choice, Elements, Node, NotCompiled, Numbers, spread
from seedengine.generation.faker.lifting import lifted
from seedengine.generation.faker.operations import RandomNumbers, as_text, call_method, join, joined, text_method


class Super:
    """The provider as the classes after one of its own know it."""

    def __init__(self, after: type) -> None:
        self.after = after


class Invocations(Expressions):
    """Works out the attributes and calls of one method of a provider."""

    def outer(self, name: str) -> Any:
        """What a name stands for that is no variable of the method."""
        if name in self.function.__globals__:
            return self.function.__globals__[name]
        if name not in FUNCTIONS:
            raise NotCompiled(f"it uses `{name}`")
        return FUNCTIONS[name]

    def attribute(self, node: ast.Attribute) -> Any:
        """What an attribute holds."""
        return self._attribute(self.value(node.value), self._mangled(node.attr))

    def _attribute(self, owner: Any, name: str) -> Any:
        if owner is self.provider and name == "generator":
            return self.compiler
        if owner is self.compiler and name == "random":
            return RandomNumbers()
        if isinstance(owner, Node):
            return lifted(operator.attrgetter(name), [owner])
        found = inspect.getattr_static(type(owner), name, None)
        computed = (
            found.fget if isinstance(found, property) else found.func if isinstance(found, cached_property) else None
        )
        unknown = owner is self.compiler or isinstance(owner, RandomNumbers) or not is_constant(owner)
        if unknown or not hasattr(owner, name) or (computed is not None and not is_pure(computed)):
            raise NotCompiled(f"it uses `{name}`")
        return getattr(owner, name)

    def call(self, node: ast.Call) -> Any:
        """What a call gives."""
        function = node.func
        match function, node.args:
            case ast.Name(id="cast"), [_, value]:
                return self.value(value)
            case ast.Name(id="len"), [ast.Name(id=name)] if isinstance(self.held(name), list | tuple):
                return len(self.held(name))
            case ast.Name(id="super"), []:
                return self._super()
            case ast.Attribute(attr="sub"), [*first, ast.Lambda() as made, text]:
                return self._substituted(function, first, made, self.value(text))
        args = self._all(node.args)
        keywords = {str(each.arg): self.value(each.value) for each in node.keywords}
        if isinstance(function, ast.Name):
            called = self.known(function) if function.id in self.variables else self.outer(function.id)
            return self._function(called, function.id, args, keywords)
        if not isinstance(function, ast.Attribute):
            raise NotCompiled("it calls what it has put together")
        return self._method(self.value(function.value), self._mangled(function.attr), args, keywords)

    def _mangled(self, name: str) -> str:
        """An attribute's name as Python changes it if it is private to a class."""
        if not name.startswith("__") or name.endswith("__"):
            return name
        return f"_{self.function.__qualname__.split('.')[-2].lstrip('_')}{name}"

    def _super(self) -> Super:
        for each in type(self.provider).__mro__:
            if self.function in map(_undecorated, vars(each).values()):
                return Super(each)
        raise NotCompiled("it calls `super`")

    def _method(self, owner: Any, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(owner, Super):
            return self.compiler.inherited(self.provider, owner.after, name, tuple(args), keywords)
        if owner is self.provider:
            return self._own(self.provider, name, args, keywords)
        if owner is self.compiler:
            return self._formatter(name, args, keywords)
        if isinstance(owner, RandomNumbers):
            return owner.call(name, self.decisions.known(args), self.decisions.known(keywords))
        if isinstance(owner, Split) and name == "pop":
            return owner.pop(*args)
        if isinstance(owner, Node):
            return text_method(owner, name, args)
        if isinstance(owner, str) and name == "join" and len(args) == 1:
            return join(owner, args[0])
        if isinstance(owner, str) and name == "format":
            return self._format(owner, args, keywords)
        if isinstance(owner, dict) and name in ("items", "keys", "values") and is_constant(owner):
            return list(getattr(owner, name)())
        if isinstance(owner, str | dict | re.Pattern | re.Match | list | tuple):
            return lifted(partial(call_method, name, owner), [self._plain(each) for each in args])
        return self._function(getattr(owner, name, None), name, args, keywords)

    def _format(self, form: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        fields = re.split(r"\{(\w*)\}", form)
        if any(brace in text for text in fields[::2] for brace in "{}"):
            return lifted(
                lambda *values: form.format(
                    *values[: len(args)], **dict(zip(keywords, values[len(args) :], strict=True))
                ),
                [*args, *keywords.values()],
            )
        names = [name or str(place) for place, name in enumerate(fields[1::2])]
        if len(set(names)) < len(names):
            raise NotCompiled("it uses twice what it draws once")
        values = {**{str(place): each for place, each in enumerate(args)}, **keywords}
        parts: list[Any] = [fields[0]]
        for name, text in zip(names, fields[2::2], strict=True):
            parts += [as_text(values[name]), text]
        return joined(parts)

    def _formatter(self, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        if name == "parse" and len(args) == 1:
            return self.compiler.parse(args[0])
        if name == "format" and len(args) == 1:
            return self.compiler.token(self.decisions.known(args[0]))
        if name not in self.compiler.faker.owners:
            raise NotCompiled(f"it calls `{name}`")
        return self._own(self.compiler.faker.owners[name], name, args, keywords)

    def _own(self, provider: BaseProvider, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        """A method of a provider; one that draws may do so from what is drawn itself, but by numbers that are known."""
        if self.compiler.draws(provider, name):
            args = [self._material(each) for each in args]
            keywords = {key: self._material(each) for key, each in keywords.items()}
        return self.compiler.method(provider, name, tuple(args), keywords)

    def _material(self, value: Any) -> Any:
        if isinstance(value, Elements):
            number = all(isinstance(each, int | None) for each in value.values)
        else:
            number = isinstance(value, Numbers | Split | Outcomes | Choice) and not is_text(value)
        return self.decisions.known(value) if number else value

    def _function(self, function: Any, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        if function is str and len(args) == 1:
            return as_text(args[0])
        if function is map and len(args) == 2 and args[0] is str:
            return [as_text(each) for each in self._listed(args[1])]
        if function is isinstance and is_text(args[0]):
            return str in (args[1] if isinstance(args[1], tuple) else (args[1],))
        if function in (list, tuple) and args and isinstance(args[0], list | tuple):
            return function(args[0])
        if function is getattr and args[0] is self.provider and isinstance(args[1], str):
            return self._attribute(args[0], args[1])
        if function is hasattr and args[0] is self.provider:
            return hasattr(*args)
        if inspect.ismethod(function) and function.__self__ is self.provider:
            return self.compiler.method(self.provider, function.__name__, tuple(args), keywords)
        if not is_pure(function) or any(isinstance(each, set | frozenset) for each in args):
            raise NotCompiled(f"it calls `{name}`")
        names = list(keywords)
        return lifted(
            lambda *values: function(*values[: len(args)], **dict(zip(names, values[len(args) :], strict=True))),
            [*(self._plain(each) for each in args), *(self._plain(each) for each in keywords.values())],
        )

    def _listed(self, value: Any) -> Any:
        return value if isinstance(value, list | tuple) else self.decisions.known(value)

    def _plain(self, value: Any) -> Any:
        """An argument of a function of values, with what is drawn in lists decided."""
        return value if isinstance(value, Node) else self.decisions.known(value)

    def _substituted(self, function: ast.Attribute, first: Sequence[ast.expr], made: ast.Lambda, text: Any) -> Any:
        """`re.sub(pattern, lambda …, text)`, or the method of a pattern: the lambda is worked out at every match."""
        owner = self.value(function.value)
        pattern = owner if isinstance(owner, re.Pattern) else re.compile(self.known(first[0]))
        (parameter,) = made.args.args

        def replaced(text: str) -> Node:
            parts: list[Any] = []
            end = 0
            for match in pattern.finditer(text):
                self.bind(ast.Name(parameter.arg), match)
                parts += [text[end : match.start()], as_text(self.value(made.body))]
                end = match.end()
            return joined([*parts, text[end:]])

        if isinstance(text, Node) and not _in_one(text) and len(pattern.pattern.lstrip("\\")) != 1:
            raise NotCompiled("it replaces what may lie in several parts")
        return spread(text, replaced) if isinstance(text, Node) else replaced(text)


def _in_one(node: Node) -> bool:
    """Whether each text of a grammar is drawn as a whole."""
    if isinstance(node, Choice):
        return all(map(_in_one, node.alternatives))
    return isinstance(node, Elements)


def _undecorated(value: Any) -> Any:
    return inspect.unwrap(value) if isinstance(value, FunctionType) else None
