"""Bar codes with their check digits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from faker.providers.barcode import Provider as Barcode
from faker.providers.barcode.en_US import Provider as AmericanBarcode

from seedengine.generation.faker.grammar import Choice, Node, NotCompiled
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.codes import DIGITS, Checked, Code, Letters, alphabets, weighted
from seedengine.generation.faker.special.texts import Indexes

_LENGTHS = (8, 13)
_UPC_LENGTH = 12


def _ean(call: Call) -> Node:
    length = call["length"]
    if length not in _LENGTHS:
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
    # The zero that is left out before these would count for nothing.
    return Code(alphabets("#" * (_UPC_LENGTH - 1))).node(Checked(_check))


def _european(length: int, prefixes: Sequence[Any]) -> Node:
    bodies = [_digits(prefix, length) for prefix in prefixes] if prefixes else [[DIGITS] * (length - 1)]
    made = tuple(Code(body).node(Checked(_check)) for body in bodies)
    return made[0] if len(made) == 1 else Choice(made)


def _digits(prefix: Any, length: int) -> list[str]:
    """The alphabets of a body that begins with a prefix, which is a text or a list of digits."""
    ahead = [str(int(each)) for each in prefix]
    if len(ahead) >= length or not all(len(each) == 1 for each in ahead):
        raise NotCompiled("its prefixes are not digits, or too many of them")
    return [*ahead, *[DIGITS] * (length - 1 - len(ahead))]


def _check(digits: Letters) -> Indexes:
    """The check digit: from the last digit on, each counts three times and once by turns."""
    return -weighted(digits[:, ::-1], [(3, 1)[place % 2] for place in range(digits.shape[1])]) % 10


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    Barcode._ean: _ean,
    AmericanBarcode.ean13: _american_ean13,
    AmericanBarcode.upc_a: _upc_a,
}
