"""Documents for the loader: the project's own specs, changed until they say something else, or nothing at all."""

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from random import Random

from fuzz.bytewise import broken
from fuzz.expressions import expression, template
from fuzz.faker_arguments import faker_call
from fuzz.hostile_scalars import HOSTILE_SCALARS
from fuzz.trees import Listing, Mapping, Tree, collections, copied, read_tree, write_tree

ROOT = Path(__file__).resolve().parents[2]
_HEADER = "seedspec: 1\nname: fuzz\nas_of: 2026-01-01\nentities:\n"


class Documents:
    """Makes documents out of every spec that the project has, and of every document that it refuses."""

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What the documents are made of."""
        folders = (ROOT / "specs", ROOT / "seedspec/conformance/valid", ROOT / "seedspec/conformance/invalid")
        return tuple(
            path.read_text("utf-8", errors="replace") for each in folders for path in sorted(each.glob("*.yaml"))
        )

    @cached_property
    def trees(self) -> tuple[Tree, ...]:
        """Those of the texts that can be read as YAML."""
        return tuple(found for text in self.texts if (found := read_tree(text)) is not None)

    @cached_property
    def parts(self) -> tuple[tuple[str, Tree], ...]:
        """Every key with its value, to be put somewhere else."""
        mappings = (each for tree in self.trees for each in collections(tree) if isinstance(each, Mapping))
        return tuple(pair for each in mappings for pair in each.pairs)

    @cached_property
    def values(self) -> dict[str, list[Tree]]:
        """What stands at a key, wherever it does."""
        found: dict[str, list[Tree]] = {}
        for key, value in self.parts:
            found.setdefault(key, []).append(value)
        return found

    @cached_property
    def valid(self) -> int:
        """How many of the trees come first, which are valid as they are."""
        return len(list((ROOT / "specs").glob("*.yaml"))) + len(
            list((ROOT / "seedspec/conformance/valid").glob("*.yaml"))
        )

    def make(self, random: Random) -> bytes:
        """A document; the same for the same state of `random`."""
        choice = random.random()
        if choice < 0.06:
            return broken(random, random.choice(self.texts))
        if choice < 0.2:
            text = random.choice(_SMALL)(random)
        else:
            tree = copied(random.choice(self.trees[: self.valid] if random.random() < 0.75 else self.trees))
            for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
                self._mutate(random, tree)
            text = write_tree(tree, random)
        if random.random() < 0.12:
            return broken(random, text)
        return text.encode("utf-8", errors="surrogatepass")

    def _mutate(self, random: Random, tree: Tree) -> None:
        found = list(collections(tree))
        if not found:
            return
        holder = random.choice(found)
        if isinstance(holder, Mapping):
            self._mutate_mapping(random, holder)
        else:
            place = random.randrange(len(holder.items))
            holder.items[place] = self._other(random, holder.items[place])

    def _mutate_mapping(self, random: Random, holder: Mapping) -> None:
        place = random.randrange(len(holder.pairs))
        key, value = holder.pairs[place]
        choice = random.random()
        if choice < 0.35:
            holder.pairs[place] = key, copied(random.choice(self.values.get(key, [value])))
        elif choice < 0.6:
            holder.pairs[place] = key, self._other(random, value)
        elif choice < 0.68:
            del holder.pairs[place]
        elif choice < 0.76:
            holder.pairs[place] = random.choice(self.parts)[0], value
        elif choice < 0.8:
            holder.pairs[place] = random.choice(HOSTILE_SCALARS) or "''", value
        elif choice < 0.96:
            more, inner = random.choice(self.parts)
            holder.pairs.append((more, copied(inner)))
        else:
            holder.pairs.append((key, copied(value)))

    def _other(self, random: Random, value: Tree) -> Tree:
        """Something in the place of a value."""
        choice = random.random()
        if choice < 0.3:
            return random.choice(HOSTILE_SCALARS)
        if choice < 0.55:
            return copied(random.choice(self.parts)[1])
        if choice < 0.65:
            return Mapping([(random.choice(("expr", "when", "faker")), json.dumps(expression(random)))])
        if choice < 0.72:
            return json.dumps(random.choice((expression, template))(random))
        if choice < 0.82:
            return Mapping([*faker_call(random)])
        if choice < 0.92:
            return wrapped(random, copied(value))
        return random.choice(
            (Listing([copied(value)]), Listing([copied(value), copied(value)]), "&a a", "*a", Mapping([]))
        )


_WRAPS: tuple[Callable[[Tree], Tree], ...] = (
    lambda inner: Listing([inner]),
    lambda inner: Mapping([("a", inner)]),
    lambda inner: Mapping([("list", inner), ("count", "3")]),
    lambda inner: Mapping([("list", inner), ("count", "100000")]),
    lambda inner: Mapping([("list", inner), ("count", "0..1000")]),
    lambda inner: Mapping([("object", Mapping([("a", inner), ("b", "1")]))]),
    lambda inner: Mapping([("choice", Listing([inner, "1"]))]),
    lambda inner: Mapping([("match", "row"), ("cases", Mapping([("1", inner)])), ("else", "2")]),
    lambda inner: Mapping([("choice", Listing([inner, inner]))]),
    lambda inner: Mapping([("cycle", Listing([inner]))]),
    lambda inner: Mapping([("not", inner)]),
)  # fmt: skip


def wrapped(random: Random, tree: Tree) -> Tree:
    """The value inside of others, some of them far inside."""
    wraps = random.choices(_WRAPS, k=random.choice((1, 1, 3)))
    limit = 12 if any(wrap is _WRAPS[8] for wrap in wraps) else 100
    for number in range(min(limit, random.choice((1, 1, 2, 4, 20, 49, 60)))):
        tree = wraps[number % len(wraps)](tree)
    return tree


def _one_value(random: Random) -> str:
    """One entity with one field."""
    pairs = faker_call(random) if random.random() < 0.6 else [("expr", json.dumps(expression(random)))]
    written = ", ".join(f"{key}: {value}" for key, value in pairs)
    return f"{_HEADER}  a:\n    count: 3\n    fields:\n      x: {{{written}}}\n"


def _deep(random: Random) -> str:
    depth = random.choice((10, 48, 49, 50, 51, 100, 5000, 200_000))
    opening, closing = random.choice(
        (("[", "]"), ("{a: ", "}"), ("[a, {b: ", "}]"), ("? ", ""), ("- ", ""), ("{object: {a: ", "}}"))
    )
    return (
        random.choice(("", "x: ", _HEADER + "  a: ")) + opening * depth + "1" + closing * random.choice((depth, 0, 1))
    )


def _many(random: Random) -> str:
    """Many of something."""
    times = random.choice((10, 151, 1000))
    unit = random.choice(
        (
            "  e{n}: {{count: 1, fields: {{id: {{uuid: {{}}}}}}}}\n",
            "  e{n}: {{per: {{e{m}: 1}}, fields: {{id: {{uuid: {{}}}}}}}}\n",
            "  e{n}: {{extends: e{m}}}\n",
            "  e{n}: {{extends: e{o}}}\n",
            "  e{n}: {{per: {{e{o}: 1}}, fields: {{id: {{uuid: {{}}}}}}}}\n",
            "  e{n}: {{cross: [e{o}, e{p}], fields: {{id: {{uuid: {{}}}}}}}}\n",
            "  e{n}: {{count: 1000000000000, fields: {{x: {{ref: e{m}}}}}}}\n",
            "  e{n}: {{cross: [e{m}, e{m}], fields: {{}}}}\n",
            "  e{n}: {{sample: e{m}, share: 50%}}\n",
            "  e{n}: {{count: 2, fields: {{x{n}: {{expr: row + {n}}}}}}}\n",
            "  e: {{count: 1}}\n",
            "  e{n}: 1\n",
            "  ? e{n}\n",
            "  - e{n}\n",
            "#" * 100 + "\n",
            "\n",
        )
    )
    inner = random.choice(
        (
            "      x{n}: {{expr: x{m} + 1}}\n",
            "      x{n}: {{expr: x{o} || 'a'}}\n",
            "      x{n}: {{template: '{{x{m}}}{{x{m}}}'}}\n",
            "      x{n}: {{faker: name, locale: {{expr: x{m}}}}}\n",
            "      x{n}: {{int: 1..9, unique: [x{m}]}}\n",
            "      x{n}: {{aggregate: {{sum: a.x{m}}}}}\n",
            "      x{n}: *x{m}\n",
            "      x{n}: &x{n} [*x{m}, *x{m}]\n",
            "      x{n}: {{uuid: {{}}}}\n",
        )
    )
    if random.random() < 0.5:
        lines = (unit.format(n=number, m=number - 1, o=number + 1, p=number + 2) for number in range(times))
        return _HEADER + "  e-1: {count: 1}\n" * random.randint(0, 1) + "".join(lines)
    lines = (inner.format(n=number, m=number - 1, o=number + 1) for number in range(min(times, 1000)))
    return f"{_HEADER}  a:\n    count: 2\n    fields:\n" + "".join(lines)


def _aliases(random: Random) -> str:
    """Aliases that expand, of values that mean something or nothing."""
    width, height = random.choice(((2, 30), (10, 6), (9, 4), (2, 12), (100, 2), (3, 3)))
    item = random.choice(
        ("1", "{uuid: {}}", "{faker: sentence}", "{list: 1, count: 9}", "{expr: \"repeat('a', 9999)\"}")
    )
    levels = [f"      x0: &x0 {item}"]
    form = random.choice(("[{}]", "{{choice: [{}]}}", "{{object: {{a: [{}]}}}}", "{{list: [{}], count: 3}}"))
    for level in range(1, height):
        levels.append(f"      x{level}: &x{level} " + form.format(", ".join([f"*x{level - 1}"] * width)))
    return f"{_HEADER}  a:\n    count: 2\n    fields:\n" + "\n".join(levels) + "\n"


def _shapes(random: Random) -> str:
    """Entities whose numbers of rows multiply."""
    count = random.choice(("0", "1", "3", "1000", "100000", "1000000", "1000000000000"))
    per = random.choice(
        ("1..3", "1000", "0..1000000", "1000000000000", "{int: 0..500, distribution: {zipf: {s: 1.3}}}", "{expr: row}")
    )
    second = random.choice(
        (
            f"per: {{a: {per}}}",
            "cross: [a, a2]",
            "sample: a, share: 50%",
            "sample: a, where: row > 3",
            "cross: [a, a2], share: 1%",
        )
    )
    third = random.choice(
        (
            f"per: {{b: {per}}}",
            "cross: [a, b]",
            "sample: b, per: {a: 1..2}",
            "sample: [a, b], as: w",
            "per: {b: 1}, where: b.row > 5",
        )
    )
    x = random.choice(
        (
            "{ref: a}",
            "{ref: a, as: o, where: row > this.row}",
            "{expr: row}",
            "{ref: a, as: o, unique: true}",
            "{int: 1..9, unique: true}",
        )
    )
    y = random.choice(
        (
            "{aggregate: {count: c}}",
            "{aggregate: {sum: c.x}}",
            "{aggregate: {list: c.row}, distinct: true}",
            "{sequence: 1}",
        )
    )
    clean = random.choice(
        (
            "",
            "cleanup: {a: {s: {ends_with: '@x.test'}}}\n",
            "cleanup: {b: generated}\n",
            "cleanup: {c: {s: {equals: abcdef}}}\n",
        )
    )
    return (
        f"seedspec: 1\nname: fuzz\nas_of: 2026-01-01\n{clean}entities:\n"
        f"  a: {{count: {count}, fields: {{id: {{sequence: 1}}, s: {{template: 'a{{row}}@x.test'}}, y: {y}}}}}\n"
        f"  a2: {{count: {count}, fields: {{id: {{uuid: {{}}}}}}}}\n"
        f"  b: {{{second}, fields: {{id: {{uuid: {{}}}}, x: {x}}}}}\n"
        f"  c: {{{third}, fields: {{id: {{uuid: {{}}}}, x: {{expr: row}}, s: abcdef}}}}\n"
    )


_SMALL: tuple[Callable[[Random], str], ...] = (
    _one_value,
    _one_value,
    _one_value,
    _deep,
    _many,
    _aliases,
    _shapes,
    _shapes,
)
