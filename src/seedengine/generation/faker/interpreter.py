"""The part of Python that Faker's providers are written in, carried out on grammars: statements and variables."""

import ast
import builtins
from collections.abc import Mapping, Sequence
from math import fsum
from types import FunctionType
from typing import TYPE_CHECKING, Any

from faker.providers import BaseProvider

from seedengine.generation.faker.decisions import Decisions, explored
from seedengine.generation.faker.drawn import Outcomes, Split, is_constant
from seedengine.generation.faker.expressions import operation
from seedengine.generation.faker.grammar import Elements, Node, NotCompiled, Rejected
from seedengine.generation.faker.invocations import Invocations
from seedengine.generation.faker.lifting import outcomes, plainest
from seedengine.generation.faker.steps import take_step

if TYPE_CHECKING:
    from seedengine.generation.faker.compiler import Compiler

_MOST_ROUNDS = 1_000
# What code of Faker's may raise and catch itself.
FAILURES = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


class _Return(Exception):
    """The way out of a method."""


class _UsedTwice(Exception):
    """A variable's value would be drawn anew at its second use; the argument is its name."""


class Interpreter(Invocations):
    """Carries out one method of a provider; its variables hold constants, grammars, and lists of these."""

    def __init__(self, compiler: "Compiler", provider: BaseProvider, function: FunctionType) -> None:
        super().__init__(compiler, provider, function)
        self.variables: dict[str, Any] = {}
        # Two places in a grammar are drawn independently, so what is drawn once may stand in one place only.
        self.taken: set[str] = set()
        # Variables that are used more than once: what they hold is decided by at once.
        self.decided: set[str] = set()
        self.decisions = Decisions(())

    def run(self, definition: ast.FunctionDef, args: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """What the method gives for these arguments."""
        given = self._arguments(definition.args, args, keywords)
        while True:
            try:
                return explored(lambda decisions: self._once(definition, given, decisions))
            except _UsedTwice as used:
                (name,) = used.args
                if name in self.decided:
                    raise NotCompiled("it uses twice what it draws once") from None
                self.decided.add(name)

    def _arguments(
        self, parameters: ast.arguments, args: Sequence[Any], keywords: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        names = [each.arg for each in parameters.args[1:]]
        defaults = self.function.__defaults__ or ()
        given = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
        given.update(self.function.__kwdefaults__ or {})
        given.update(zip(names, args, strict=False))
        given.update(keywords)
        if set(given) != {*names, *(each.arg for each in parameters.kwonlyargs)} or len(args) > len(names):
            raise NotCompiled("it is called with other arguments than it has")
        return given

    def _once(self, definition: ast.FunctionDef, given: Mapping[str, Any], decisions: Decisions) -> Any:
        self.variables, self.taken, self.decisions = {}, set(), decisions
        for name, value in given.items():
            self.assign(name, value)
        try:
            self._block(definition.body)
        except _Return as returned:
            return returned.args[0]
        return None

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, statement: ast.stmt) -> None:
        take_step()
        match statement:
            case ast.Return(value=value):
                raise _Return(None if value is None else self.value(value))
            case ast.Assign(targets=[target], value=value):
                self.bind(target, self.value(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.bind(target, self.value(value))
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                self.assign(name, operation(op, self.load(name), self.value(value)))
            case ast.If(test=test, body=body, orelse=orelse):
                self._block(body if self.test(test) else orelse)
            case ast.For(target=target, iter=iterated, body=body, orelse=[]):
                for each in self.rounds(iterated):
                    self.bind(target, each)
                    self._block(body)
            case ast.While(test=test, body=body, orelse=[]):
                self._while(test, body)
            case ast.Try(body=body, handlers=handlers, orelse=[], finalbody=[]):
                self._try(body, handlers)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=args)):
                self._change_list(name, method, [self.value(each) for each in args])
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case _:
                raise NotCompiled(f"it has a statement of the kind `{type(statement).__name__}`")

    def _while(self, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        if self._draws_anew(test, body):
            return
        for _ in range(_MOST_ROUNDS):
            if not self.test(test):
                return
            self._block(body)
        raise NotCompiled("it has a loop that is not known")

    def _draws_anew(self, test: ast.expr, body: Sequence[ast.stmt]) -> bool:
        """`while … name …: name = …` draws without the values for which that is true, if it draws the same anew."""
        match body:
            case [ast.Assign(targets=[ast.Name(id=name)], value=again)] if isinstance(self.held(name), Node):
                if self._is_taken(name):
                    raise _UsedTwice(name)
                first, next = self.variables[name], self.value(again)
            case _:
                return False
        few, others = outcomes(first), None if not isinstance(next, Node) else outcomes(next)
        if few is None or others is None:
            unwanted = self._unwanted(name, test)
            if first is not next or unwanted is None:
                raise NotCompiled("it has a loop that is not known")
            self.assign(name, Rejected(first, unwanted))
            return True
        if (few.values, few.weights) != (others.values, others.weights):
            raise NotCompiled("it has a loop that is not known")
        truths = self._truths(name, few, test)
        if truths is None or all(truths):
            raise NotCompiled("it has a loop that is not known")
        self.assign(name, plainest(_some(few, [not each for each in truths])))
        return True

    def _unwanted(self, name: str, test: ast.expr) -> frozenset[str] | None:
        match test:
            case ast.Compare(left=ast.Name(id=left), ops=[ast.In()], comparators=[values]) if left == name:
                found = self.value(values)
                return frozenset(found) if is_constant(found) else None
            case _:
                return None

    def _try(self, body: Sequence[ast.stmt], handlers: Sequence[ast.ExceptHandler]) -> None:
        try:
            self._block(body)
        except FAILURES as failure:
            for handler in handlers:
                kind = handler.type
                if isinstance(kind, ast.Name) and isinstance(failure, getattr(builtins, kind.id, ())):
                    return self._block(handler.body)
            raise

    def _change_list(self, name: str, method: str, args: list[Any]) -> None:
        """A list is a new one after a change, so what else holds it, as the provider, keeps it."""
        found = self.variables.get(name)
        if not isinstance(found, list) or self._is_taken(name):
            raise NotCompiled(f"it changes `{name}`")
        changed = list(found)
        match method, args:
            case (("append" | "insert" | "extend" | "remove"), _) if method == "append" or is_constant(args[:-1]):
                getattr(changed, method)(*args)
            case _:
                raise NotCompiled(f"it calls `{method}`")
        self.variables[name] = changed

    def bind(self, target: ast.expr, value: Any) -> None:
        """Put a value into a variable, or the parts of one into several."""
        if isinstance(target, ast.Name):
            self.assign(target.id, value)
        elif isinstance(target, ast.Tuple):
            value = value if isinstance(value, list | tuple) else self.decisions.known(value)
            for each, part in zip(target.elts, value, strict=True):
                self.bind(each, part)
        else:
            raise NotCompiled("it puts values into what is no variable")

    def assign(self, name: str, value: Any) -> None:
        """Put a value into a variable."""
        if name in self.decided or isinstance(value, Outcomes):
            value = self.decisions.known(value) if name in self.decided else self.decisions.shape(value)
        self.variables[name] = value
        self.taken = {each for each in self.taken if each != name and not each.startswith(f"{name}[")}

    def load(self, name: str) -> Any:
        """What a variable holds, taken from it if it is drawn."""
        if name == "self":
            return self.provider
        if name not in self.variables:
            return self.outer(name)
        value = self.variables[name]
        if not is_constant(value):
            if self._is_taken(name):
                raise _UsedTwice(name)
            self.taken.add(name)
        return value

    def load_item(self, name: str, place: int) -> Any:
        """One part of a list in a variable, taken from it if it is drawn."""
        value = self.variables[name][place]
        part = f"{name}[{range(len(self.variables[name]))[place]}]"
        if not is_constant(value):
            if name in self.taken or part in self.taken:
                raise _UsedTwice(name)
            self.taken.add(part)
        return value

    def known(self, node: ast.expr) -> Any:
        """The value of an expression that code decides by; if it is a variable, that has the value from now on."""
        if isinstance(node, ast.Name) and node.id in self.variables:
            value = self.variables[node.id]
            if not is_constant(value):
                if self._is_taken(node.id):
                    raise _UsedTwice(node.id)
                value = self.variables[node.id] = self.decisions.known(value)
            return value
        return self.decisions.known(self.value(node))

    def held(self, name: str) -> Any:
        """What a variable holds, which stays there; None for what is no variable."""
        return self.variables.get(name)

    def narrow(self, name: str, node: ast.expr) -> bool | None:
        """Whether an expression is true that hangs on one drawn variable, which then has a value for which it is so.

        None where that cannot be told value by value.
        """
        few = outcomes(self.variables[name]) if isinstance(self.variables[name], Node) else None
        truths = None if few is None else self._truths(name, few, node)
        if few is None or truths is None:
            return None
        if len(set(truths)) == 1:
            return truths[0]
        if self._is_taken(name):
            raise _UsedTwice(name)
        true, false = _some(few, truths), _some(few, [not each for each in truths])
        assert true.weights is not None
        assert false.weights is not None
        truth = bool(self.decisions.one_of((True, False), (fsum(true.weights), fsum(false.weights))))
        self.variables[name] = plainest(true if truth else false)
        return truth

    def _truths(self, name: str, few: Elements, node: ast.expr) -> list[bool] | None:
        """For each value of a variable, whether an expression is true; None where it draws something itself."""
        held = self.variables[name]
        take_step(len(few.values))
        try:
            truths = []
            for value in few.values:
                self.variables[name] = value
                truth = self.value(node)
                if not is_constant(truth):
                    return None
                truths.append(bool(truth))
            return truths
        finally:
            self.variables[name] = held

    def rounds(self, iterated: ast.expr) -> list[Any]:
        """What a loop goes through."""
        value = self.value(iterated)
        if isinstance(value, Node | Split | Outcomes):
            value = self.decisions.known(value)
        if isinstance(value, set | frozenset):
            raise NotCompiled("it goes through a set, whose order hangs on the process")
        if len(rounds := list(value)) > _MOST_ROUNDS:
            raise NotCompiled("it has a loop that is not known")
        return rounds

    def _is_taken(self, name: str) -> bool:
        return name in self.taken or any(each.startswith(f"{name}[") for each in self.taken)


def _some(values: Elements, wanted: Sequence[bool]) -> Elements:
    """Those of several values that are wanted."""
    assert values.weights is not None
    kept = [place for place, each in enumerate(wanted) if each]
    return Elements(tuple(values.values[place] for place in kept), tuple(values.weights[place] for place in kept))
