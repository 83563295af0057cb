"""Calls of Faker's methods, as those who compile them see them."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from faker.providers import BaseProvider

from seedengine.generation.faker.grammar import Node, NotCompiled

if TYPE_CHECKING:
    from seedengine.generation.faker.compiler import Compiler

Special = Callable[["Compiler", BaseProvider, tuple[Any, ...], Mapping[str, Any]], Node]


@dataclass(frozen=True)
class Call:
    """A call of a method of `provider`, with all of its arguments, the defaults among them, by name."""

    compiler: "Compiler"
    provider: Any
    arguments: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def expect(self, base: type[BaseProvider], *names: str) -> None:
        """NotCompiled where a method that this one calls is not the one of the class `base`."""
        for name in names:
            if getattr(type(self.provider), name) is not getattr(base, name):
                raise NotCompiled(f"`{name}` is its locale's own")


def special(function: Callable[..., Any], make: Callable[[Call], Node]) -> Special:
    """What compiles the calls of a function of Faker's; NotCompiled where they are wrong, too."""

    def compiled(
        compiler: "Compiler", provider: BaseProvider, args: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Node:
        try:
            bound = inspect.signature(function).bind(provider, *args, **keywords)
            bound.apply_defaults()
            arguments = dict(list(bound.arguments.items())[1:])
            if any(_draws(value) for value in arguments.values()):
                raise NotCompiled("it is called with what is drawn")
            return make(Call(compiler, provider, arguments))
        except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
            raise NotCompiled(f"`{function.__name__}` cannot be followed: {error}") from error

    return compiled


def _draws(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_draws, value))
    return isinstance(value, Node)
