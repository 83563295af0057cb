"""Reading expressions and templates: what is a path, what is refused and where, and that no text does anything else."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedengine.spec.expressions import Call, ExpressionFault, parse, parse_template


def fault_of(source: str) -> ExpressionFault:
    with pytest.raises(ExpressionFault) as caught:
        parse(source)
    return caught.value


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("a.b.c", [("a", "b", "c")]),
        ("order", [("order",)]),
        ("end.at", [("end", "at")]),
        ("comment.created_at", [("comment", "created_at")]),
        ("set.x + row + nth + i", [("set", "x"), ("row",), ("nth",), ("i",)]),
        ("this.tenant_id = tenant_id", [("this", "tenant_id"), ("tenant_id",)]),
        ('"Order"."Total Price"', [("Order", "Total Price")]),
        ('"say ""hi"""', [('say "hi"',)]),
        ("tierSnapshot.price", [("tierSnapshot", "price")]),
        ("b + a + b", [("b",), ("a",)]),
        ("lower(lower)", [("lower",)]),
        ("left(left, 3)", [("left",)]),
        ("date", [("date",)]),
        ("date '2025-01-01'", []),
        ("interval '1 day' + interval", [("interval",)]),
        ("x::date", [("x",)]),
        ("cast(date as timestamp)", [("date",)]),
        ("extract(year from year)", [("year",)]),
        ("extract(epoch from at)", [("at",)]),
        ("position(a in b)", [("a",), ("b",)]),
        ("trim(leading from leading)", [("leading",)]),
        ("trim(both, x)", [("both",), ("x",)]),
        ("trim(both x from y)", [("y",), ("x",)]),
        ("substring(a from b for c)", [("a",), ("b",), ("c",)]),
        ("case when end.at then case.x else y end", [("end", "at"), ("case", "x"), ("y",)]),
        ("case is when 1 then 2 end", None),
        ("'a.b'", []),
        ("$$a.b$$ || $q$ $$c.d$$ $q$", []),
        ("values is null", [("values",)]),
        ("1.5e3 + x.y", [("x", "y")]),
        ("any = any(tags)", [("any",), ("tags",)]),
        ("größe + 名", [("größe",), ("名",)]),
    ],
)
def test_paths_are_told_from_everything_else(source: str, paths: list[tuple[str, ...]] | None) -> None:
    if paths is None:
        fault_of(source)
    else:
        assert sorted(parse(source).paths) == sorted(paths)


def test_paths_stand_in_the_order_of_their_first_appearance_with_its_offset() -> None:
    expression = parse("b + a.c * b")
    assert expression.paths == (("b",), ("a", "c"))
    assert expression.offset(("a", "c")) == 4
    assert expression.offset(("b",)) == 0


@pytest.mark.parametrize("source", ["user.id", "(user.id)", " user . id ", '"user"."id"'])
def test_an_expression_that_is_only_a_path_says_so(source: str) -> None:
    assert parse(source).path == ("user", "id")


@pytest.mark.parametrize("source", ["user.id || ''", "-user.id", "'user.id'", "coalesce(user.id)", "user.id::text"])
def test_an_expression_that_is_more_than_a_path_has_none(source: str) -> None:
    assert parse(source).path is None


def test_calls_have_their_name_offset_and_number_of_arguments() -> None:
    source = "LOWER(x) || pi() || substring(y for 3) || extract(year from z) || trim(both from w) || no_such(1, 2, 3)"
    assert parse(source).functions == (
        Call("lower", 0, 1),
        Call("pi", 12, 0),
        Call("substring", 20, 3),
        Call("extract", 42, 2),
        Call("btrim", 66, 1),
        Call("no_such", 87, 3),
    )


def test_expressions_are_equal_and_hashed_by_their_source() -> None:
    assert parse("a + 1") == parse("a + 1")
    assert hash(parse("a + 1")) == hash(parse("a + 1"))
    assert parse("a + 1") != parse("a+1")


@pytest.mark.parametrize(
    ("source", "offset", "message", "help"),
    [
        ("", 0, "an expression is empty", None),
        ("  ", 2, "an expression is empty", None),
        ("as_of + 3 days", 8, "`3 days` is not an interval", "write `interval '3 days'`"),
        ("as_of - '3' days", 8, "`3 days` is not an interval", "write `interval '3 days'`"),
        ("price as total", 6, "an expression has no alias", "take `as` and the name out"),
        ("price total", 6, "an operator is missing before `total`", None),
        ("'a' 'b'", 4, "an operator is missing before this text", "texts are joined by `||`"),
        ("1 +", 3, "the expression ends where a value should follow", None),
        ("(1 + 2", 0, "this `(` is not closed", None),
        ("1 + 2)", 5, "`)` closes nothing", None),
        ("array[1, 2)", 5, "this `[` is not closed", None),
        ("case when a then 1", 0, "this `case` has no `end`", None),
        ("case when a else 1 end", 12, "`else` has no place behind `when`", "expected `then`"),
        ("f(1,)", 4, "a value is missing before `)`", None),
        ("(1, 2)", 2, "`,` has no place here", "a row of values is not an expression"),
        ("select 1", 0, "a query is not an expression", "use `aggregate`, `ref` or `pick`"),
        ("(select max(x) from t)", 1, "a query is not an expression", "use `aggregate`, `ref` or `pick`"),
        ("x in (select 1)", 6, "a query is not an expression", "use `aggregate`, `ref` or `pick`"),
        ("count(x)", 0, "`count` is an aggregate, not an expression over one row", "use the generator `aggregate`"),
        ("Sum(x) over ()", 0, "`sum` is an aggregate, not an expression over one row", "use the generator `aggregate`"),
        ("x over y", 2, "a window is not an expression", "`row` and `nth` count rows"),
        ("now()", 0, "`now` reads a clock", "the only now is `as_of`"),
        ("x < current_date", 4, "`current_date` reads a clock", "the only now is `as_of`"),
        ("random()", 0, "`random` is random outside the seed", "use a generator: `int`, `float`, `uuid`"),
        ("unnest(tags)", 0, "`unnest` returns a table, not a value", "use the generator `list`"),
        ("*", 0, "`*` has no value on its left", "name the field that is meant"),
        ("$1", 0, "an expression has no parameters", "name the value: a field, `row`, `nth`, `as_of`"),
        ("a = ?", 4, "an expression has no parameters", "name the value: a field, `row`, `nth`, `as_of`"),
        ("a; b", 1, "an expression is not a statement", "take the `;` out"),
        ("a -- b", 2, "an expression has no comments", "write them as YAML comments; `- -1` needs the space"),
        ("a /* b */", 2, "an expression has no comments", "write them as YAML comments; `- -1` needs the space"),
        (
            "a->>'b'",
            1,
            "the operator `->>` is not supported",
            "a member of an object is reached by its path: `object.member`",
        ),
        ("a ~ 'b'", 2, "the operator `~` is not supported", "use `like` or `ilike`"),
        ("a == b", 2, "the operator `==` is not supported", "equality is written `=`"),
        ("1..9", 0, "a range is not an expression", "use `between`, or the range of a generator"),
        ("a < b < c", 0, "comparisons do not chain", "join two comparisons with `and`, or put brackets around one"),
        ("x::smallint", 3, "a cast to `smallint` is not supported", "use `int`"),
        ("x::timestamptz", 3, "a cast to `timestamptz` is not supported", "every time is UTC: use `timestamp`"),
        ("x::txt", 3, "there is no type `txt`", "did you mean `text`?"),
        ("x::numeric(99)", 10, "this parameter is out of range", "between 1 and 38"),
        ("a.b(c)", 0, "`a.b` is not a function", "functions have no schema"),
        ("extract(year, x)", 8, "`extract` needs a field and `from`", "write `extract(year from x)`"),
        ("x is 3", 2, "`is` needs `null`, `true`, `false`, `unknown` or `distinct from`", "use `=`"),
        ("x in tags", 2, "`in` needs a list in brackets", "write `x = any(array)` for an array"),
        ("any(tags)", 0, "`any` stands only behind a comparison", "write `x = any(array)`"),
        ("e'\\n'", 0, "strings as `e'…'` are not supported", "write `'…' || chr(10)` for a new line"),
        ("'abc", 0, "this string has no end", "close it with `'`; a quote inside it is written `''`"),
        ("a collate b", 2, "`collate` is not supported", "texts compare by the numbers of their characters"),
        ("a at time zone 'utc'", 2, "`at time zone` is not supported", "every time is UTC; add an interval"),
        ("a or or b", 5, "a value is missing before `or`", 'a field of that name is written `"or"`'),
        ("naïve ☃", 6, "the character `☃` is not supported", None),
        ("'\0'", 0, "a text holds no zero character and no half of a surrogate pair", None),
    ],
)
def test_what_is_no_expression_is_refused_in_its_place(
    source: str, offset: int, message: str, help: str | None
) -> None:
    fault = fault_of(source)
    assert (fault.offset, fault.message, fault.help) == (offset, message, help)


def deep(opening: str, closing: str, count: int, core: str = "x") -> str:
    return opening * count + core + closing * count


@pytest.mark.parametrize(
    ("opening", "closing", "core"),
    [
        ("(", ")", "x"),
        ("coalesce(", ")", "x"),
        ("case when ", " then 1 end", "x"),
        ("not ", "", "x"),
        ("- ", "", "x"),
        ("array[", "]", "x"),
        ("a[", "]", "1"),
        ("cast(", " as int)", "x"),
        ("x in (", ")", "1"),
        ("(- ", ")", "x"),
    ],
)
def test_nesting_is_bounded_at_twenty(opening: str, closing: str, core: str) -> None:
    parse(deep(opening, closing, 10, core))
    for count in (21, 45, 250, 3000):
        fault = fault_of(deep(opening, closing, count, core))
        assert "deep" in fault.message or "long" in fault.message or "characters" in fault.message


@pytest.mark.parametrize("operator", ["+", "||", "and", "or", "*", "="])
def test_chains_are_bounded_by_their_parts(operator: str) -> None:
    if operator != "=":
        parse(f" {operator} ".join(["x"] * 100))
    fault_of(f" {operator} ".join(["x"] * 101))
    fault_of(f" {operator} ".join(["x"] * 3000))


def test_no_text_takes_long_to_refuse() -> None:
    pieces = ["(" * 5000, "x " * 4000, "'" * 9999, "x::" * 3000, "1." * 4000, "a+" * 4000, "[" * 9000, '"' * 9999]
    started = time.perf_counter()
    for piece in [*pieces, "x" * 1_000_000, "(" * 1_000_000]:
        fault_of(piece)
    assert time.perf_counter() - started < 1.0


WORDS = """
    a b.c order end case when then else and or not is null true false in like ilike between escape distinct from for
    as cast extract year trim both leading substring position overlay placing interval date timestamp array any all
    select with over filter collate count now 1 2.5 'x' '1_day' $$y$$ "Q" ( ) [ ] , . :: || + - * / % ^ = <> < >=
    int numeric text numeric(10,2) f( lower( isnull notnull unknown values row at time using zone
""".split()  # noqa: SIM905


@given(st.lists(st.sampled_from(WORDS), max_size=24))
def test_any_row_of_words_is_an_expression_or_a_fault(words: list[str]) -> None:
    source = " ".join(words)
    try:
        expression = parse(source)
    except ExpressionFault as fault:
        assert 0 <= fault.offset <= len(source)  # noqa: PT017
    else:
        assert expression.source == source


def test_many_rows_of_words_are_expressions_or_faults() -> None:
    draw = random.Random(6)
    for _ in range(3000):
        source = " ".join(draw.choices(WORDS, k=draw.randint(1, 12)))
        try:
            parse(source)
        except ExpressionFault as fault:
            assert 0 <= fault.offset <= len(source)  # noqa: PT017


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_fault(source: str) -> None:
    try:
        parse(source)
    except ExpressionFault as fault:
        assert 0 <= fault.offset <= len(source)  # noqa: PT017


@given(st.text(alphabet="ab{}'\"$ .(", max_size=30))
def test_any_text_is_a_template_or_a_fault(source: str) -> None:
    try:
        parse_template(source)
    except ExpressionFault as fault:
        assert 0 <= fault.offset <= len(source)  # noqa: PT017


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("", []),
        ("plain", ["plain"]),
        ("a {{b}} c", ["a {b} c"]),
        ("provider{row}@x.test", ["provider", ("row",), "@x.test"]),
        ("{slug(title)}-{nth}", [("title",), "-", ("nth",)]),
        ("{'}' || a}", [("a",)]),
        ("{one}{chr(10)}{two}", [("one",), (), ("two",)]),
        ("{{{a}}}", ["{", ("a",), "}"]),
        ("{$q$}$q$ || a}", [("a",)]),
        ('{"odd } name"}', [("odd } name",)]),
    ],
)
def test_templates_are_texts_and_expressions(source: str, parts: list[object]) -> None:
    found = [part if isinstance(part, str) else next(iter(part.paths), ()) for part in parse_template(source)]
    assert found == parts


@pytest.mark.parametrize(
    ("source", "offset", "message"),
    [
        ("{a", 0, "this `{` is not closed"),
        ("ab}", 2, "this `}` closes nothing"),
        ("ab{}", 3, "an expression is empty"),
        ("ab{a + }", 7, "the expression ends where a value should follow"),
        ("x{a}y{now()}", 6, "`now` reads a clock"),
        ("{a{b}}", 0, "this `{` is not closed"),
        ("{'a}", 0, "this `{` is not closed"),
        ("{x}" * 200, 300, "a template has at most 100 expressions"),
    ],
)
def test_faults_of_templates_have_their_place_in_the_template(source: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionFault) as caught:
        parse_template(source)
    assert (caught.value.offset, caught.value.message) == (offset, message)
