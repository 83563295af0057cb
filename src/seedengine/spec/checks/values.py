"""Values: constants that were meant as something else, weights, Faker's calls, and domains that are too small."""

import re

from pydantic_core import PydanticCustomError

from seedengine.spec.checks.findings import Findings, place_in
from seedengine.spec.extends import declared
from seedengine.spec.generators import (
    KINDS,
    Array,
    Choice,
    Constant,
    Float,
    Generator,
    ListOf,
    Object,
    PythonCall,
    Ref,
    Ulid,
    Uuid,
    Value,
)
from seedengine.spec.generators import Faker as FakerCall
from seedengine.spec.locales import faker_calls
from seedengine.spec.readings import named_values
from seedengine.spec.sizes import domain_size, fewest, rows_of_column
from seedengine.spec.values import weigh
from seedengine.spec.walk import Place, walk

_TEMPLATE = re.compile(r"\{[^{}]+\}")
_LOOKS_LIKE = (
    (re.compile(r"^[+-]?\d+(\.\d+)?\s*\.\.\s*[+-]?\d+(\.\d+)?$"), "a range", "{{int: {0}}}"),
    (re.compile(r"^\d+(\.\d+)?\s*%$"), "a percentage", "{{bool: {0}}}"),
    (_TEMPLATE, "a template", '{{template: "{0}"}}'),
)


def check_values(findings: Findings) -> None:
    """Find values that cannot be what was meant."""
    if findings.spec.locale is not None:
        _locale(findings, findings.spec.locale, ("locale",))
    for entity, spec in findings.spec.entities.items():
        for parent, quantity in (spec.per or {}).items():
            place = (*declared(findings.origins, entity, "", "per"), parent)
            for sub, call, locales in faker_calls(findings.scope, entity, quantity):
                _faker(findings, (*place, *sub), call, locales)
            for sub, node in walk(quantity):
                if isinstance(node, Choice) and node.weights is not None:
                    _weights(findings, (*place, *sub), node)
                if isinstance(node, Generator) and node.locale is not None:
                    _locale(findings, node.locale, (*place, *sub, "locale"))
                if isinstance(node, Generator) and node.unique and not isinstance(node, Ref):
                    message = "`unique` holds between the rows of a field"
                    findings.error("S227", message, (*place, *sub, "unique"), "give it to the field itself")
                if isinstance(node, Ref):
                    help = f"name a field of `{parent}`: `{{expr: {parent}.seats}}`"
                    findings.error("S137", "a quantity draws no row", (*place, *sub), help)
        for kind, name, value in named_values(findings.scope, entity):
            place = declared(findings.origins, entity, kind, name)
            if (kind, name) == ("", "locale"):
                _locale(findings, value, place)
            _value(findings, entity, name, place, value)


def _value(findings: Findings, entity: str, name: str, place: Place, value: Value) -> None:
    for sub, call, locales in faker_calls(findings.scope, entity, value):
        _faker(findings, (*place, *sub), call, locales)
        if call.unique and len(locales) > 1:
            message = "values of several locales may be alike, so they cannot be unique"
            findings.error("S212", message, (*place, *sub, "unique"), "give the field one `locale:`")
    for sub, node in walk(value):
        where = (*place, *sub)
        if isinstance(node, Constant):
            _constant(findings, where, node)
        if isinstance(node, Generator):
            if node.locale is not None:
                _locale(findings, node.locale, (*where, "locale"))
            _modifiers(findings, entity, name, where, node, nested=bool(sub))
        if isinstance(node, Choice) and node.weights is not None:
            _weights(findings, where, node)
        if isinstance(node, Uuid | Ulid) and findings.spec.as_of is None and getattr(node, "version", 7) == 7:
            help = "give the spec an `as_of: 2026-01-01T00:00:00Z`, its only now"
            findings.error("S225", "the spec has no `as_of`", where, help)


def _constant(findings: Findings, place: Place, constant: Constant) -> None:
    """A plain scalar that looks like something else was hardly meant as a constant."""
    text = constant.root
    if not isinstance(text, str) or not findings.document.is_plain(place_in(findings.spec, place)):
        return
    if text in KINDS:
        help = f"quote it, or did you mean `{{{text}: {{}}}}`?"
        findings.error("S107", f"`{text}` is the name of a generator", place, help)
    for pattern, what, example in _LOOKS_LIKE:
        if pattern.search(text):
            findings.error(
                "S107",
                f"`{text}` looks like {what}",
                place,
                f"quote it, or did you mean `{example.format(text)}`?",
            )
            return


def _weights(findings: Findings, place: Place, choice: Choice) -> None:
    weights = choice.weights or ()
    if len(weights) != len(choice.values):
        message = f"{len(choice.values)} values have {len(weights)} weights"
        findings.error("S132", message, (*place, "weights"), "give each value one weight")
        return
    try:
        weigh(weights)
    except PydanticCustomError as error:
        context = error.context or {}
        findings.error("S132", str(context["text"]), (*place, "choice"), context.get("help"))


def _locale(findings: Findings, value: Value, place: Place) -> None:
    for sub, node in walk(value):
        if isinstance(node, Constant) and isinstance(node.root, str) and node.root not in findings.locales:
            help = findings.did_you_mean(node.root, findings.locales)
            findings.error("S220", f"unknown locale `{node.root}`", (*place, *sub), help)


def _faker(findings: Findings, place: Place, call: FakerCall, locales: tuple[str, ...]) -> None:
    faker = findings.facts.faker
    if call.method not in findings.faker_methods:
        message = f"unknown Faker provider `{call.method}`"
        help = findings.did_you_mean(call.method, findings.faker_methods)
        findings.error("S218", message, (*place, "faker"), help)
        return
    for locale in locales or ("en_US",):
        if locale not in findings.locales:
            continue
        problem = faker.check_call(call.method, call.args, locale)
        if problem is not None:
            sub = ("args", problem.argument) if problem.argument in call.args else ("faker",)
            findings.error("S219", problem.message, (*place, *sub), problem.help)
            return
        warning = faker.fallback_warning(call.method, locale)
        if warning is not None and locales:
            findings.warn(
                "W302",
                warning,
                (*place, "faker"),
                "choose one of these locales, or write the values as a `choice`",
            )


def _modifiers(findings: Findings, entity: str, name: str, place: Place, value: Generator, *, nested: bool) -> None:
    if value.otherwise is not None and value.when is None and not hasattr(value, "cases"):
        findings.error(
            "S227",
            "`else` without `when`",
            (*place, "else"),
            "say when the value holds: `when: status = 'paid'`",
        )
    if value.type is not None and nested:
        findings.error("S227", "`type` is that of a column", (*place, "type"), "give it to the field itself")
    if value.unique and nested and not isinstance(value, Ref):
        findings.error(
            "S227",
            "`unique` holds between the rows of a field",
            (*place, "unique"),
            "give it to the field itself",
        )
    distribution = getattr(value, "distribution", None)
    if distribution is not None and not isinstance(value, Ref):
        if distribution.shape == "weights":
            findings.error(
                "S134",
                "`weights` is a distribution of a `ref`",
                (*place, "distribution"),
                "weigh a `choice` with `weights:`",
            )
        if distribution.shape == "zipf" and isinstance(value, Float):
            findings.error(
                "S134",
                "`zipf` counts: it needs whole numbers",
                (*place, "distribution"),
                "use `int` or `decimal`",
            )
        if value.unique and distribution.shape != "uniform":
            findings.error("S227", "`unique` values have no distribution", (*place, "unique"), "take one of them away")
    if value.unique and not nested:
        _unique(findings, entity, name, place, value)


def _unique(findings: Findings, entity: str, name: str, place: Place, value: Generator) -> None:
    fields = value.unique if isinstance(value.unique, tuple) else ()
    known = findings.spec.entities[entity].values
    for position, field in enumerate(fields):
        if field not in known:
            findings.error(
                "S202",
                f"`{entity}` has no field `{field}`",
                (*place, "unique", position),
                findings.did_you_mean(field, known),
            )
    if isinstance(value, ListOf | Object | Array):
        findings.error("S212", "lists and objects are not unique", (*place, "unique"), "make a field of theirs unique")
    if isinstance(value, Float):
        findings.error("S212", "floats have no domain to be unique in", (*place, "unique"), "use `decimal` or `int`")
    if isinstance(value, PythonCall):
        message, help = (
            "a Python function has no domain to be unique in",
            "let it make values that differ by themselves",
        )
        findings.error("S212", message, (*place, "unique"), help)
    size = domain_size(value)
    if size is None:
        return
    rows = _rows_within(findings, entity, fields) if fields else rows_of_column(findings.scope, entity, name)
    if rows > size:
        unit = "rows" if not fields else f"rows for one {' and '.join(f'`{field}`' for field in fields)}"
        message = f"{size} different values cannot be unique in {rows} {unit}"
        findings.error("S212", message, (*place, "unique"), "widen the values, or have fewer rows")


def _rows_within(findings: Findings, entity: str, fields: tuple[str, ...]) -> int:
    spec = findings.spec.entities[entity]
    if spec.per is None or len(fields) != 1:
        return 0
    value = spec.fields.get(fields[0])
    if isinstance(value, Ref) and value.entities == (spec.parent,) and value.name is None:
        return fewest(next(iter(spec.per.values())))
    return 0
