"""Proofs that texts are different: that a product gives no text twice, and that two domains have none in common.

Each proof is sound and none is complete: False says that nothing was proved.
"""

from collections.abc import Sequence

from seedengine.generation.faker.domains import Domain, Listed, Product, Union, Without

_FEW = 20_000


def injective(parts: Sequence[Domain]) -> bool:
    """Whether different choices of parts always give different texts.

    Shown from a separator (a literal with a letter that no part on one side of it has), or from one end: a part whose
    texts are never the beginning of one another, or only by what the rest cannot begin with.
    """
    if len(parts) == 1:
        return True
    for position in range(1, len(parts) - 1):
        left, right = parts[:position], parts[position + 1 :]
        if _separates(parts[position], left) or _separates(parts[position], right):
            return injective(left) and injective(right)
    if _decides(parts[0], parts[1:], backwards=False):
        return injective(parts[1:])
    return _decides(parts[-1], parts[:-1], backwards=True) and injective(parts[:-1])


def disjoint(one: Domain, other: Domain) -> bool:
    """Whether two domains are shown to have no text in common."""
    if isinstance(one, Union):
        return all(disjoint(part, other) for part in one.parts)
    if isinstance(other, Union):
        return all(disjoint(one, part) for part in other.parts)
    if isinstance(one, Without) or isinstance(other, Without):
        return disjoint(*(each.product if isinstance(each, Without) else each for each in (one, other)))
    if isinstance(one, Listed) and one.size <= _FEW:
        return not any(text in other for text in one.texts)
    if isinstance(other, Listed) and other.size <= _FEW:
        return not any(text in one for text in other.texts)
    left, right = one.shape, other.shape
    if left.longest < right.shortest or right.longest < left.shortest:
        return True
    if left.always - right.letters or right.always - left.letters:
        return True
    if left.shortest and right.shortest and not (left.first & right.first and left.last & right.last):
        return True
    return _differ_in_place(one, other) or _differ_beside_separator(one, other)


def _separates(part: Domain, others: Sequence[Domain]) -> bool:
    return (
        isinstance(part, Listed)
        and part.size == 1
        and any(all(letter not in other.shape.letters for other in others) for letter in part.texts[0])
    )


def _decides(end: Domain, rest: Sequence[Domain], *, backwards: bool) -> bool:
    """Whether the part at one end of a product can be read off its text, whatever the rest is.

    It can where none of its texts begins with another, or where what then is left over cannot begin the rest.
    """
    if end.shape.fixed:
        return True
    if isinstance(end, Product | Without):
        # The product is injective in itself, so it is enough that one can see where it ends.
        parts = end.parts if isinstance(end, Product) else end.product.parts
        return all(_decides(part, (), backwards=backwards) for part in parts)
    if not isinstance(end, Listed):
        return False
    left_over = _left_over([text[::-1] for text in end.texts] if backwards else end.texts)
    if not left_over:
        return True
    if not rest:
        return False
    shape = Product(tuple(rest)).shape
    begins = shape.last if backwards else shape.first
    return shape.shortest > 0 and not any(text[0] in begins for text in left_over)


def _left_over(texts: Sequence[str]) -> set[str]:
    """What remains of texts after others of them that they begin with."""
    known = set(texts)
    return {text[end:] for text in texts for end in range(len(text)) if text[:end] in known}


def _differ_in_place(one: Domain, other: Domain) -> bool:
    """Whether texts of one fixed length have no letter in common at some place."""
    if not (one.shape.fixed and other.shape.fixed):
        return False
    return any(not here & there for here, there in zip(_places(one), _places(other), strict=True))


def _places(domain: Domain) -> list[frozenset[str]]:
    if isinstance(domain, Product):
        if all(part.shape.fixed for part in domain.parts):
            return [place for part in domain.parts for place in _places(part)]
    elif isinstance(domain, Listed):
        return [frozenset(letters) for letters in zip(*domain.texts, strict=True)]
    return list(domain.shape.places or [domain.shape.letters] * domain.shape.shortest)


def _differ_beside_separator(one: Domain, other: Domain) -> bool:
    """Whether both are parted by one separator, and have nothing in common on one side of it."""
    if not (isinstance(one, Product) and isinstance(other, Product)):
        return False
    for here in range(1, len(one.parts) - 1):
        for there in range(1, len(other.parts) - 1):
            part, counterpart = one.parts[here], other.parts[there]
            if not (isinstance(part, Listed) and isinstance(counterpart, Listed) and part.texts == counterpart.texts):
                continue
            left, right = (one.parts[:here], other.parts[:there]), (one.parts[here + 1 :], other.parts[there + 1 :])
            if (_separates(part, [*left[0], *left[1]]) or _separates(part, [*right[0], *right[1]])) and (
                disjoint(*map(_whole, left)) or disjoint(*map(_whole, right))
            ):
                return True
    return False


def _whole(parts: Sequence[Domain]) -> Domain:
    return parts[0] if len(parts) == 1 else Product(tuple(parts))
