"""Bar codes with their check digits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from faker.providers.barcode import Provider as Barcode
from faker.providers.barcode.en_US import Provider as AmericanBarcode

from seedengine.generation.faker.grammar import Choice, Made, Node, NotCompiled
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.codes import DIGITS, Code, Letters, alphabets, followed, weighted
from seedengine.generation.faker.special.columns import texts
from seedengine.generation.faker.special.texts import column_of

_WEIGHTS = {8: (3, 1, 3, 1, 3, 1, 3), 13: (1, 3) * 6}
_UPC_LENGTH = 12

Finish = Callable[[Letters], Letters]


def _ean(call: Call) -> Node:
    length = call["length"]
    if length not in _WEIGHTS:
        raise NotCompiled("it has a length that is not known")
    return _european(length, call["prefixes"])


def _american_ean13(call: Call) -> Node:
    call.expect(Barcode, "_ean")
    return _european(13, call["prefixes"] or _leading(call["leading_zero"]))


def _leading(zero: bool | None) -> Sequence[str]:
    if zero is None:
        return ()
    return "0" if zero else DIGITS[1:]


def _upc_a(call: Call) -> Node:
    if call["upc_ae_mode"] is True:
        raise NotCompiled("its zeros are where it draws them")
    call.expect(AmericanBarcode, "ean13")
    call.expect(Barcode, "_ean")
    body = Code(alphabets("0" + "#" * (_UPC_LENGTH - 1)))
    return _code(body, lambda digits: _with_check(digits, 13)[:, 1:])


def _european(length: int, prefixes: Sequence[Any]) -> Node:
    bodies = [_digits(prefix, length) for prefix in prefixes] if prefixes else [[DIGITS] * (length - 1)]
    made = tuple(_code(Code(body), lambda digits: _with_check(digits, length)) for body in bodies)
    return made[0] if len(made) == 1 else Choice(made)


def _digits(prefix: Any, length: int) -> list[str]:
    """The alphabets of a body that begins with a prefix, which is a text or a list of digits."""
    ahead = [str(int(each)) for each in prefix]
    if len(ahead) >= length or not all(len(each) == 1 for each in ahead):
        raise NotCompiled("its prefixes are not digits, or too many of them")
    return [*ahead, *[DIGITS] * (length - 1 - len(ahead))]


def _with_check(digits: Letters, length: int) -> Letters:
    return followed(digits, -weighted(digits, _WEIGHTS[length]) % 10)


def _code(body: Code, finish: Finish) -> Made:
    return texts(lambda seeds: column_of(finish(body.draw(seeds))), body.length)


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Barcode._ean: _ean,
    AmericanBarcode.ean13: _american_ean13,
    AmericanBarcode.upc_a: _upc_a,
}
