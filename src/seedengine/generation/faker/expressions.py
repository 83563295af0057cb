"""The part of Python that Faker's providers are written in, carried out on grammars: expressions."""

import ast
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from types import FunctionType
from typing import TYPE_CHECKING, Any

from faker.providers import BaseProvider

from seedengine.generation.faker.decisions import Decisions
from seedengine.generation.faker.drawn import is_constant, is_text
from seedengine.generation.faker.grammar import Choice, Elements, NotCompiled, Numbers
from seedengine.generation.faker.grammar import Sequence as Texts
from seedengine.generation.faker.lifting import lifted
from seedengine.generation.faker.operations import (
    as_text,
    formatted,
    item,
    joined,
    percent,
)

if TYPE_CHECKING:
    from seedengine.generation.faker.compiler import Compiler

_OPERATIONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.Div: operator.truediv,
    ast.Eq: operator.eq,
    ast.FloorDiv: operator.floordiv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.LShift: operator.lshift,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Mod: operator.mod,
    ast.Mult: operator.mul,
    ast.NotEq: operator.ne,
    ast.NotIn: lambda left, right: left not in right,
    ast.Pow: operator.pow,
    ast.RShift: operator.rshift,
    ast.Sub: operator.sub,
}
_UNARY: Mapping[type, Callable[[Any], Any]] = {ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos}


class Expressions(ABC):
    """Works out the expressions of one method of a provider; what its variables hold is a subclass's to know."""

    decisions: Decisions
    variables: dict[str, Any]

    def __init__(self, compiler: "Compiler", provider: BaseProvider, function: FunctionType) -> None:
        self.compiler, self.provider, self.function = compiler, provider, function

    @abstractmethod
    def load(self, name: str) -> Any:
        """What a variable holds, taken from it if it is drawn."""

    @abstractmethod
    def load_item(self, name: str, place: int) -> Any:
        """One part of a list in a variable, taken from it if it is drawn."""

    @abstractmethod
    def known(self, node: ast.expr) -> Any:
        """The value of an expression that code decides by."""

    @abstractmethod
    def rounds(self, iterated: ast.expr) -> list[Any]:
        """What a loop goes through."""

    @abstractmethod
    def held(self, name: str) -> Any:
        """What a variable holds, which stays there; None for what is no variable."""

    @abstractmethod
    def narrow(self, name: str, node: ast.expr) -> bool | None:
        """Whether an expression is true that hangs on one drawn variable; None where that cannot be told."""

    @abstractmethod
    def bind(self, target: ast.expr, value: Any) -> None:
        """Put a value into variables."""

    @abstractmethod
    def call(self, node: ast.Call) -> Any:
        """What a call gives."""

    @abstractmethod
    def attribute(self, node: ast.Attribute) -> Any:
        """What an attribute holds."""

    def value(self, node: ast.expr) -> Any:
        """What an expression gives: a constant, a grammar, or a list of these."""
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self.load(name)
            case ast.Attribute():
                return self.attribute(node)
            case ast.Call():
                return self.call(node)
            case ast.JoinedStr(values=values):
                return joined([as_text(self.value(each)) for each in values])
            case ast.FormattedValue(value=value, conversion=-1, format_spec=form):
                return formatted(self.value(value), "" if form is None else self.known(form))
            case ast.BinOp(left=left, op=op, right=right):
                return operation(op, self.value(left), self.value(right))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._compare([left, *comparators], ops)
            case ast.BoolOp(op=op, values=values):
                return self._first(values, isinstance(op, ast.Or))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                return lifted(_UNARY[type(op)], [self.value(operand)])
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.value(body if self.test(test) else orelse)
            case ast.Subscript(value=ast.Name(id=name), slice=index) if isinstance(self.held(name), list | tuple):
                return self._item_of(name, self.value(index))
            case ast.Subscript(value=value, slice=index):
                return item(self.value(value), self.value(index))
            case ast.Slice(lower=lower, upper=upper, step=step):
                return slice(*(None if each is None else self.known(each) for each in (lower, upper, step)))
            case _:
                return self._collection(node)

    def _collection(self, node: ast.expr) -> Any:
        match node:
            case ast.List(elts=elts):
                return self._all(elts)
            case ast.Tuple(elts=elts):
                return tuple(self._all(elts))
            case ast.Dict(keys=keys, values=values) if all(keys):
                return {self.known(key): self.value(each) for key, each in zip(keys, values, strict=True) if key}
            case ast.ListComp(elt=elt, generators=[generator]) | ast.GeneratorExp(elt=elt, generators=[generator]):
                return self._comprehension(elt, generator)
            case _:
                raise NotCompiled(f"it has an expression of the kind `{type(node).__name__}`")

    def _all(self, nodes: Sequence[ast.expr]) -> list[Any]:
        made: list[Any] = []
        for node in nodes:
            made += self.rounds(node.value) if isinstance(node, ast.Starred) else [self.value(node)]
        return made

    def test(self, node: ast.expr) -> bool:
        """Whether an expression is true; a variable in it is then one of the values for which it is so."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return not self.test(node.operand)
        if isinstance(node, ast.BoolOp):
            wanted = isinstance(node.op, ast.Or)
            return wanted if any(self.test(each) is wanted for each in node.values) else not wanted
        drawn = {
            each.id for each in ast.walk(node) if isinstance(each, ast.Name) and not is_constant(self.held(each.id))
        }
        if len(drawn) == 1 and (narrowed := self.narrow(drawn.pop(), node)) is not None:
            return narrowed
        if isinstance(node, ast.Name):
            truth = truth_of(self.held(node.id))
            return truth if truth is not None else bool(self.known(node))
        value = self.value(node)
        truth = bool(value) if is_constant(value) else truth_of(value)
        return truth if truth is not None else bool(self.decisions.known(lifted(bool, [value])))

    def _first(self, values: Sequence[ast.expr], wanted: bool) -> Any:
        for each in values[:-1]:
            if isinstance(each, ast.Name):
                if self.test(each) is wanted:
                    return self.value(each)
                continue
            value = self.value(each)
            truth = None if is_constant(value) else truth_of(value)
            value = self.decisions.known(value) if truth is None else value
            if (bool(value) if truth is None else truth) is wanted:
                return value
        return self.value(values[-1])

    def _compare(self, nodes: Sequence[ast.expr], ops: Sequence[ast.cmpop]) -> Any:
        values = [self.value(each) for each in nodes]
        if isinstance(ops[0], ast.Is | ast.IsNot) and values[1] is None and is_text(values[0]):
            return isinstance(ops[0], ast.IsNot)
        functions = [_OPERATIONS[type(each)] for each in ops]
        return lifted(partial(_hold, functions), values)

    def _comprehension(self, elt: ast.expr, generator: ast.comprehension) -> list[Any]:
        made = []
        for each in self.rounds(generator.iter):
            self.bind(generator.target, each)
            if all(self.test(test) for test in generator.ifs):
                made.append(self.value(elt))
        return made

    def _item_of(self, name: str, index: Any) -> Any:
        if is_constant(self.held(name)) or not isinstance(index, int):
            return item(self.load(name), index)
        return self.load_item(name, index)


def operation(op: ast.operator | ast.cmpop, left: Any, right: Any) -> Any:
    """What an operation of Python's gives."""
    if isinstance(op, ast.Mod) and isinstance(left, str):
        return percent(left, right if isinstance(right, tuple) else (right,))
    if isinstance(op, ast.Add) and not (is_constant(left) and is_constant(right)):
        if isinstance(left, list) and isinstance(right, list):
            return left + right
        if is_text(left) and is_text(right):
            return joined([left, right])
    return lifted(_OPERATIONS[type(op)], [left, right])


def _hold(functions: Sequence[Callable[[Any, Any], Any]], *values: Any) -> Any:
    if len(functions) == 1:
        return functions[0](*values)
    return all(function(*pair) for function, pair in zip(functions, pairwise(values), strict=True))


def truth_of(value: Any) -> bool | None:
    """Whether what is drawn is true, if it always or never is."""
    if isinstance(value, Elements):
        found = {bool(each) for each in value.values}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Choice):
        truths = {truth_of(each) for each in value.alternatives}
        return truths.pop() if len(truths) == 1 else None
    if isinstance(value, Texts):
        return True if any(truth_of(each) for each in value.parts) else None
    if isinstance(value, Numbers):
        return True if value.form is not None or 0 not in value.range else None
    if isinstance(value, list | tuple):
        return bool(value)
    return None
