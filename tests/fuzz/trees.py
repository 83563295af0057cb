"""YAML as a tree of written scalars, so that a mutation keeps how everything else was written."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import yaml


@dataclass
class Mapping:
    """Keys and values as they are written; keys may stand twice."""

    pairs: list[tuple[str, "Tree"]] = field(default_factory=list)


@dataclass
class Listing:
    """Items as they are written."""

    items: list["Tree"] = field(default_factory=list)


Tree = str | Mapping | Listing
"""A scalar as it is written (with its quotes, tag or anchor, or an alias), or a collection."""

_FLOW = re.compile(r"[,\[\]{}]|: |#|:$")


_LARGEST = 5_000
"""So many nodes may a tree have, aliases expanded."""


def read_tree(text: str) -> Tree | None:
    """The tree of a document; None where it is not YAML, has nothing in it, or aliases that make it large."""
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return None
    return _tree(root, text) if root is not None and _is_small(root) else None


def _is_small(root: yaml.Node) -> bool:
    todo, count = [root], 0
    while todo and count <= _LARGEST:
        node, count = todo.pop(), count + 1
        if isinstance(node, yaml.MappingNode):
            todo += (each for pair in node.value for each in pair)
        elif isinstance(node, yaml.SequenceNode):
            todo += node.value
    return count <= _LARGEST


def _tree(node: yaml.Node, text: str) -> Tree:
    if isinstance(node, yaml.MappingNode):
        return Mapping([(str(_tree(key, text)), _tree(value, text)) for key, value in node.value])
    if isinstance(node, yaml.SequenceNode):
        return Listing([_tree(each, text) for each in node.value])
    if getattr(node, "style", None) in ("|", ">") or "\n" in node.value:
        return json.dumps(node.value)
    return text[node.start_mark.index : node.end_mark.index]


def write_tree(tree: Tree, random: Random) -> str:
    """The text of a tree: in blocks down to some depth, in one line below."""
    out: list[str] = []
    _write(tree, 0, random.choice((1, 2, 4, 4, 6, 20)), out)
    return "".join(out)


def _write(tree: Tree, depth: int, blocks: int, out: list[str]) -> None:
    if isinstance(tree, str) or depth >= blocks or depth > 40 or not _children(tree):
        out.append(f" {_flow(tree)}\n" if depth else f"{_flow(tree)}\n")
        return
    out.append("\n" if depth else "")
    indentation = "  " * depth
    if isinstance(tree, Mapping):
        for key, value in tree.pairs:
            out.append(f"{indentation}{key}:")
            _write(value, depth + 1, blocks, out)
    else:
        for each in tree.items:
            out.append(f"{indentation}-")
            _write(each, depth + 1, blocks, out)


def _flow(tree: Tree) -> str:
    """The tree in one line, without recursion, since some are deeper than Python's stack."""
    out: list[str] = []
    todo: list[Tree | tuple[str]] = [tree]
    while todo:
        each = todo.pop()
        if isinstance(each, tuple):
            out.append(each[0])
        elif isinstance(each, str):
            plain = each[:1] not in ("'", '"', "&", "*", "!", "[", "{")
            out.append(json.dumps(each) if plain and _FLOW.search(each) else each)
        elif isinstance(each, Listing):
            inner: list[Tree | tuple[str]] = []
            for item in each.items:
                inner += [item, (", ",)]
            todo += [("]",), *reversed(inner[:-1]), ("[",)]
        else:
            inner = []
            for key, value in each.pairs:
                inner += [(f"{key}: ",), value, (", ",)]
            todo += [("}",), *reversed(inner[:-1]), ("{",)]
    return "".join(out)


def _children(tree: Tree) -> bool:
    return bool(tree.pairs if isinstance(tree, Mapping) else tree.items if isinstance(tree, Listing) else ())


def collections(tree: Tree) -> Iterator[Mapping | Listing]:
    """Every collection with something in it, from the top."""
    todo = [tree]
    while todo:
        each = todo.pop()
        if isinstance(each, str):
            continue
        if _children(each):
            yield each
        todo += each.items if isinstance(each, Listing) else [value for _, value in each.pairs]


def copied(tree: Tree) -> Tree:
    """The same tree, sharing nothing with it."""
    if isinstance(tree, Mapping):
        return Mapping([(key, copied(value)) for key, value in tree.pairs])
    return Listing([copied(each) for each in tree.items]) if isinstance(tree, Listing) else tree
