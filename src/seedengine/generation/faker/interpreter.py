"""The part of Python that Faker's providers are written in, carried out on grammars."""

import ast
import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import FunctionType
from typing import TYPE_CHECKING, Any

from faker.providers import BaseProvider

from seedengine.generation.faker.grammar import Node, NotCompiled, is_literal, only_text
from seedengine.generation.faker.operations import (
    RandomNumbers,
    Split,
    formatted,
    is_constant,
    item,
    join,
    joined,
    percent,
    text_method,
)

if TYPE_CHECKING:
    from seedengine.generation.faker.compiler import Compiler

_MOST_ROUNDS = 64
_OPERATIONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Eq: operator.eq,
    ast.FloorDiv: operator.floordiv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Mult: operator.mul,
    ast.NotEq: operator.ne,
    ast.NotIn: lambda left, right: left not in right,
    ast.Sub: operator.sub,
}
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "len": len,
    "list": list,
    "max": max,
    "min": min,
    "range": range,
    "sorted": sorted,
    "tuple": tuple,
}
# Methods of constants that change nothing.
_METHODS = frozenset({"copy", "endswith", "get", "items", "keys", "lower", "replace", "split", "startswith", "values"})


class _Return(Exception):
    """The way out of a method."""


class Interpreter:
    """Carries out one method of a provider; its variables hold constants, grammars, and lists of these."""

    def __init__(self, compiler: "Compiler", provider: BaseProvider, function: FunctionType) -> None:
        self.compiler = compiler
        self.provider = provider
        self.globals = function.__globals__
        self.defaults = function.__defaults__ or ()
        self.variables: dict[str, Any] = {}
        self.taken: set[str] = set()

    def run(self, definition: ast.FunctionDef, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """What the method gives for these arguments."""
        names = [each.arg for each in definition.args.args[1:]]
        self.variables = dict(zip(names[len(names) - len(self.defaults) :], self.defaults, strict=True))
        self.variables.update(zip(names, args, strict=False))
        self.variables.update(keywords)
        if set(self.variables) != set(names):
            raise NotCompiled("it is called with other arguments than it has")
        try:
            self._block(definition.body)
        except _Return as returned:
            return returned.args[0]
        return None

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Return(value=ast.expr() as value):
                raise _Return(self._value(value))
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, self._value(value))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._assign(name, self._value(value))
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                self._assign(name, self._operation(ast.Add(), self._load(name), self._value(value)))
            case ast.If(test=test, body=body, orelse=orelse):
                self._block(body if self._constant(test) else orelse)
            case ast.For(target=ast.Name(id=name), iter=iterated, body=body, orelse=[]):
                for each in self._rounds(iterated):
                    self._assign(name, each)
                    self._block(body)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value])):
                self._list(name).append(self._value(value))
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case _:
                raise NotCompiled(f"it has a statement of the kind `{type(statement).__name__}`")

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._load(name)
            case ast.Attribute(value=owner, attr=name):
                return self._attribute(self._value(owner), name)
            case ast.Call(func=ast.Name(id="cast"), args=[_, value]):
                return self._value(value)
            case ast.Call(func=function, args=args, keywords=keywords):
                named = {str(each.arg): self._value(each.value) for each in keywords}
                return self._call(function, [self._value(each) for each in args], named)
            case ast.JoinedStr(values=values):
                return joined([self._value(each) for each in values])
            case ast.FormattedValue(value=value, conversion=-1, format_spec=form):
                return formatted(self._value(value), "" if form is None else self._constant(form))
            case ast.BinOp(left=left, op=op, right=right):
                return self._operation(op, self._value(left), self._value(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._operation(op, self._constant(left), self._constant(right))
            case ast.BoolOp(op=op, values=values):
                return self._first(values, isinstance(op, ast.Or))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self._constant(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._constant(operand)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._value(body if self._constant(test) else orelse)
            case ast.List(elts=elts):
                return [self._value(each) for each in elts]
            case ast.Tuple(elts=elts):
                return tuple(self._value(each) for each in elts)
            case ast.ListComp(elt=elt, generators=[generator]) | ast.GeneratorExp(elt=elt, generators=[generator]):
                return self._comprehension(elt, generator)
            case ast.Subscript(value=value, slice=index):
                return item(self._value(value), self._constant(index))
            case _:
                raise NotCompiled(f"it has an expression of the kind `{type(node).__name__}`")

    def _constant(self, node: ast.expr) -> Any:
        """The value of an expression that must draw nothing."""
        value = self._value(node)
        if isinstance(value, Node) and is_literal(value):
            value = only_text(value)
        if not is_constant(value):
            raise NotCompiled("it decides by what it draws")
        return value

    def _first(self, values: Sequence[ast.expr], wanted: bool) -> Any:
        value = None
        for each in values:
            value = self._constant(each)
            if bool(value) is wanted:
                break
        return value

    def _assign(self, name: str, value: Any) -> None:
        self.variables[name] = value
        self.taken.discard(name)

    def _load(self, name: str) -> Any:
        if name == "self":
            return self.provider
        if name not in self.variables:
            if name not in self.globals and name != "str":
                raise NotCompiled(f"it uses `{name}`")
            return self.globals.get(name, str)
        value = self.variables[name]
        if not is_constant(value):
            # Two places in a grammar are drawn independently, so what is drawn once may stand in one place only.
            if name in self.taken:
                raise NotCompiled("it uses twice what it draws once")
            self.taken.add(name)
        return value

    def _list(self, name: str) -> list[Any]:
        found = self.variables.get(name)
        if not isinstance(found, list) or name in self.taken:
            raise NotCompiled(f"it appends to `{name}`")
        return found

    def _rounds(self, iterated: ast.expr) -> list[Any]:
        value = self._value(iterated)
        if isinstance(value, Node | Split) or len(rounds := list(value)) > _MOST_ROUNDS:
            raise NotCompiled("it has a loop that is not known")
        return rounds

    def _comprehension(self, elt: ast.expr, generator: ast.comprehension) -> list[Any]:
        if not isinstance(generator.target, ast.Name) or generator.ifs:
            raise NotCompiled("it has a loop that is not known")
        made = []
        for each in self._rounds(generator.iter):
            self._assign(generator.target.id, each)
            made.append(self._value(elt))
        return made

    def _attribute(self, owner: Any, name: str) -> Any:
        if owner is self.provider and name == "generator":
            return self.compiler
        if owner is self.compiler and name == "random":
            return RandomNumbers()
        computed = isinstance(inspect.getattr_static(type(owner), name, None), property | cached_property)
        unknown = owner is self.compiler or isinstance(owner, RandomNumbers) or not is_constant(owner)
        if computed or unknown or not hasattr(owner, name):
            raise NotCompiled(f"it uses `{name}`")
        return getattr(owner, name)

    def _call(self, function: ast.expr, args: list[Any], keywords: dict[str, Any]) -> Any:
        if isinstance(function, ast.Name):
            return self._function(function.id, args, keywords)
        if not isinstance(function, ast.Attribute):
            raise NotCompiled("it calls what it has put together")
        owner, name = self._value(function.value), function.attr
        if owner is self.provider:
            return self.compiler.method(self.provider, name, tuple(args), keywords)
        if owner is self.compiler:
            return self._formatter(name, args, keywords)
        if isinstance(owner, RandomNumbers):
            return owner.call(name, args)
        if isinstance(owner, Split) and name == "pop":
            return owner.pop(*args)
        if isinstance(owner, Node):
            return text_method(owner, name, args)
        if isinstance(owner, str) and name == "join" and len(args) == 1:
            return join(owner, args[0])
        if isinstance(owner, str | list | tuple | dict) and name in _METHODS and is_constant([owner, args]):
            return getattr(owner, name)(*args, **keywords)
        raise NotCompiled(f"it calls `{name}`")

    def _formatter(self, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        if name == "parse" and len(args) == 1:
            return self.compiler.parse(args[0])
        if name == "format" and len(args) == 1:
            return self.compiler.token(args[0])
        if name not in self.compiler.faker.owners:
            raise NotCompiled(f"it calls `{name}`")
        return self.compiler.method(self.compiler.faker.owners[name], name, tuple(args), keywords)

    def _function(self, name: str, args: list[Any], keywords: dict[str, Any]) -> Any:
        if name == "str" and len(args) == 1:
            return formatted(args[0], "")
        if name == "map" and len(args) == 2 and args[0] is str:
            return [formatted(each, "") for each in args[1]]
        if is_constant(args) and not keywords:
            if name == "hasattr" and args[0] is self.provider:
                return hasattr(*args)
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](*args)
            function = self.globals.get(name)
            if getattr(function, "__module__", "") == "faker.utils.datasets" and callable(function):
                return function(*args)
        raise NotCompiled(f"it calls `{name}`")

    @staticmethod
    def _operation(op: ast.operator | ast.cmpop, left: Any, right: Any) -> Any:
        if isinstance(op, ast.Mod) and isinstance(left, str):
            return percent(left, right if isinstance(right, tuple) else (right,))
        if isinstance(op, ast.Add) and not (is_constant(left) and is_constant(right)):
            return left + right if isinstance(left, list) and isinstance(right, list) else joined([left, right])
        if type(op) in _OPERATIONS and is_constant(left) and is_constant(right):
            return _OPERATIONS[type(op)](left, right)
        raise NotCompiled("it computes with what it draws")
