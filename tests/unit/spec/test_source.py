"""Reading a spec's text: its data, the places in it, and every fault with its place."""

import math
import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seedengine.diagnostics import InvalidCall, InvalidSpec
from seedengine.spec.source import MAX_BYTES, Source, compose, read


def document(text):
    return compose(Source.from_text(text, "spec.yaml"))


def faults(text):
    with pytest.raises(InvalidSpec) as caught:
        document(text)
    return caught.value.diagnostics


def fault(text):
    found = faults(text)
    assert len(found) == 1, found
    return found[0]


def marked(location):
    """What the carets stand under."""
    return location.source[location.column - 1 : location.column - 1 + location.length]


def exactly(value):
    return type(value), value


class TestFiles:
    def test_a_file_is_read_without_its_byte_order_mark(self, tmp_path):
        path = tmp_path / "spec.yaml"
        path.write_bytes(b"\xef\xbb\xbfname: caf\xc3\xa9\n")
        source = read(path)
        assert compose(source).data == {"name": "café"}
        assert compose(source).location(("name",)).file == str(path)

    def test_no_such_file_suggests_its_neighbour(self, tmp_path):
        (tmp_path / "herafi.yaml").write_text("a: 1")
        with pytest.raises(InvalidCall, match=r"no such file: `.*/herfi\.yaml`") as caught:
            read(tmp_path / "herfi.yaml")
        assert caught.value.help == f"did you mean `{tmp_path / 'herafi.yaml'}`?"

    def test_no_such_folder(self, tmp_path):
        with pytest.raises(InvalidCall, match="no such file") as caught:
            read(tmp_path / "specs" / "herafi.yaml")
        assert caught.value.help == "give the path of a YAML file"

    def test_a_folder_names_a_spec_in_it(self, tmp_path):
        (tmp_path / "herafi.yml").write_text("a: 1")
        with pytest.raises(InvalidCall, match="is a folder") as caught:
            read(tmp_path)
        assert caught.value.help == f"name a file in it, such as `{tmp_path / 'herafi.yml'}`"

    def test_a_path_that_cannot_be_opened(self, tmp_path):
        path = tmp_path / "spec.yaml"
        path.symlink_to(path)
        with pytest.raises(InvalidCall, match=r"cannot read `.*`: too many levels of symbolic links"):
            read(path)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"a: 1\nb: \xff\n", "is not UTF-8: byte 0xff in line 2"),
            (b"a: \xe9t\xe9", "is not UTF-8: byte 0xe9 in line 1"),
            ("a: 1".encode("utf-16"), "is UTF-16, not UTF-8"),
        ],
    )
    def test_other_encodings(self, tmp_path, content, message):
        path = tmp_path / "spec.yaml"
        path.write_bytes(content)
        with pytest.raises(InvalidCall, match=message) as caught:
            read(path)
        assert caught.value.help == "save it as UTF-8"

    def test_a_file_of_2_mb(self, tmp_path):
        path = tmp_path / "spec.yaml"
        path.write_text("# a\n" * 500_000)
        with pytest.raises(InvalidCall, match="is larger than 1 MB"):
            read(path)

    def test_the_bound_counts_bytes(self):
        text = "a: " + "é" * (MAX_BYTES // 2)
        assert len(text) < MAX_BYTES
        with pytest.raises(InvalidCall, match="is larger than 1 MB"):
            Source.from_text(text, "spec.yaml")
        assert document("a: " + "é" * (MAX_BYTES // 2 - 2)).data["a"].startswith("é")


class TestScalars:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            *((text, None) for text in ("", "~", "null", "Null", "NULL")),
            *((text, True) for text in ("true", "True", "TRUE")),
            *((text, False) for text in ("false", "False", "FALSE")),
            *((text, text) for text in ("no", "No", "yes", "on", "off", "y", "n", "tRUE", "nUll")),
            ("0", 0),
            ("-7", -7),
            ("+7", 7),
            ("012", 12),
            ("0o17", 15),
            ("0x1F", 31),
            ("9223372036854775807", 2**63 - 1),
            ("-9223372036854775808", -(2**63)),
            ("1e3", 1000.0),
            ("-1.5E-2", -0.015),
            (".5", 0.5),
            ("5.", 5.0),
            ("5.00", 5.0),
            *(
                (text, text)
                for text in ("12:30", "12:30:45", "1_000", "0b11", "0o8", "-0x1F", "1.2.3", "1..3", "1e", ".")
            ),
            *(
                (text, text)
                for text in ("2026-01-01", "2026-02-30", "2026-01-01T00:00:00Z", "10%", "-", "+", "<<", "=")
            ),
        ],
    )
    def test_plain_scalars_are_those_of_yaml_1_2(self, text, value):
        if text != "-":
            assert exactly(document(f"a: {text}\n").data["a"]) == exactly(value)
        assert exactly(document(f"a: '{text}'\n").data["a"]) == exactly(text)

    def test_block_scalars_are_texts(self):
        assert document("a: |-\n  12\nb: >-\n  true\n").data == {"a": "12", "b": "true"}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (".inf", "`.inf` is no finite number"),
            ("-.INF", "`-.INF` is no finite number"),
            (".NaN", "`.NaN` is no finite number"),
            ("9223372036854775808", "`9223372036854775808` does not fit into 64 bits"),
            ("0xFFFFFFFFFFFFFFFFF", "`0xFFFFFFFFFFFFFFFFF` does not fit into 64 bits"),
            ("9" * 5000, f"`{'9' * 39}…` does not fit into 64 bits"),
            ("1e999", "`1e999` does not fit into a 64-bit float"),
            ("." + "9" * 5000, f"`.{'9' * 38}…` does not fit into a 64-bit float"),
        ],
    )
    def test_numbers_that_are_refused(self, text, message):
        found = fault(f"a: 1\nb: {text}\n")
        assert (found.code, found.message) == ("S012", message)
        assert (found.location.line, found.location.column, found.location.length) == (2, 4, len(text))
        assert "quote it" in found.help

    def test_tags_of_the_core_schema(self):
        text = "{a: !!str 5, b: !!int '5', c: !!float 5, d: ! 5, e: !!map {x: 1}, f: !!seq [1],"
        text += " g: !!null '', h: !!bool 'true'}"
        values = document(text).data
        assert values == {"a": "5", "b": 5, "c": 5.0, "d": "5", "e": {"x": 1}, "f": [1], "g": None, "h": True}
        assert isinstance(values["c"], float)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("!python/object:os.system x", "unknown tag `!python/object:os.system`"),
            ("!!timestamp 2026-01-01", "unknown tag `!!timestamp`"),
            ("!!set {x: }", "unknown tag `!!set`"),
            ("!isActive", "unknown tag `!isActive`"),
            ("!!int x", "`x` does not fit its tag `!!int`"),
            ("!!str [x]", "unknown tag `!!str`"),
        ],
    )
    def test_other_tags(self, text, message):
        found = fault(f"a: {text}\n")
        assert (found.code, found.message, found.location.column) == ("S009", message, 4)


class TestKeys:
    def test_keys_keep_their_type(self):
        keys = list(document("{3: a, '4': b, true: c, 5.5: d, null: e, 1..3: f, no: g}").data)
        assert [exactly(key) for key in keys] == [exactly(key) for key in (3, "4", True, 5.5, None, "1..3", "no")]

    def test_a_number_and_its_text_are_two_keys(self):
        assert document("{1: a, '1': b}").data == {1: "a", "1": "b"}

    def test_every_duplicate_is_reported(self):
        found = faults("a: 1\nb: {x: 1, x: 2}\na: 2\n'a': 3\n")
        assert [(each.code, each.message, each.location.line) for each in found] == [
            ("S007", "duplicate key `x`", 2),
            ("S007", "duplicate key `a`", 3),
            ("S007", "duplicate key `a`", 4),
        ]
        assert found[1].help == "it stands in line 1 already: remove one of them"

    @pytest.mark.parametrize(
        ("text", "key"), [("{1: a, 0x1: b}", "0x1"), ("{1: a, 1.0: b}", "1.0"), ("{1: a, true: b}", "true")]
    )
    def test_keys_that_are_equal_as_values_are_duplicates(self, text, key):
        found = fault(text)
        assert found.message == f"duplicate key `{key}`"
        assert found.help == "it stands in line 1 already as `1`: remove one of them"

    def test_merge_keys(self):
        found = fault("a: &a {x: 1}\nb:\n  <<: *a\n")
        assert (found.code, found.location.line, found.location.column) == ("S008", 3, 3)
        assert "`extends`" in found.help
        assert document("a: {'<<': 1}").data == {"a": {"<<": 1}}

    @pytest.mark.parametrize("text", ["? [a, b]\n: 1\n", "[a]: 1\n", "x: {[a]: 1}\n", "x: &a [1]\n*a : 2\n"])
    def test_keys_that_are_collections(self, text):
        assert fault(text).code == "S011"

    def test_a_template_without_quotes_in_double_braces(self):
        found = fault("a: {{row}}\n")
        assert (found.code, found.message) == ("S011", "a text that begins with `{` needs quotes")
        assert found.help == 'write `"{{row}}"`'


class TestFlowMappings:
    @pytest.mark.parametrize(
        ("value", "whole"),
        [
            ("least(a, b)", "least(a, b)"),
            ("least(a, b, c)", "least(a, b, c)"),
            ("f(a, g(b, c), d)", "f(a, g(b, c), d)"),
            ("f(a, b: c)", "f(a, b: c)"),
        ],
    )
    def test_a_comma_that_ends_a_value(self, value, whole):
        found = fault(f"a: {{expr: {value}, round: 1}}\n")
        assert (found.code, found.message) == ("S013", "a comma ends a value inside `{…}`")
        assert marked(found.location) == ","
        assert found.help == f'quote the whole value: `"{whole}"`'

    def test_every_value_that_was_cut(self):
        found = faults("a: {expr: f(a, b), else: g(c, b)}\nb: {expr: f(a, b)}\n")
        assert [(each.code, each.location.line, each.location.column) for each in found] == [
            ("S013", 1, 14),
            ("S013", 1, 29),
            ("S013", 2, 14),
        ]

    @pytest.mark.parametrize(
        ("text", "key", "help"),
        [
            ("{cuid}", "cuid", 'write `{cuid: …}`, or `"{cuid}"` if text is meant'),
            ("{a:1}", "a:1", "put a space after the colon: `a: 1`"),
            (
                "{template: hello, world}",
                "world",
                'write `world: …`, or quote a value with a comma in it: `"hello, world"`',
            ),
            ("{int: 1, max}", "max", 'write `{max: …}`, or `"{max}"` if text is meant'),
        ],
    )
    def test_keys_without_a_value(self, text, key, help):
        found = fault(f"a: {text}\n")
        assert (found.code, found.message, found.help) == ("S013", f"key `{key}` has no value", help)
        assert marked(found.location) == key

    @pytest.mark.parametrize(
        "text",
        [
            "{a: , b: 1}",
            "{a: }",
            "{expr: 'least(a, b)'}",
            "{expr: f(a), x: ')'}",
            "{a: sad (, b: 1}",
            "{a: f(x), b: g(y)}",
            "[f(a, b)]",
        ],
    )
    def test_what_is_no_cut_value(self, text):
        assert document(f"x: {text}\n").data["x"] == yaml.safe_load(text)


class TestAliases:
    def test_anchors_within_bounds(self):
        found = document("a: &a {x: [1, 2]}\nb: *a\nc: [*a, *a]\n&k key: &v 5\n*k : 6\n".replace("*k :", "other:"))
        assert found.data["c"] == [{"x": [1, 2]}, {"x": [1, 2]}]
        found.data["b"]["x"].append(3)
        assert found.data["a"] == {"x": [1, 2]}, "an alias is a copy of its own"

    def test_an_anchor_may_be_set_again(self):
        assert document("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").data == {"a": 1, "b": 1, "c": 2, "d": 2}

    def test_an_alias_of_a_scalar_stands_where_it_is_written(self):
        found = document("a: &x some text\nb: *x\n")
        assert marked(found.location(("b",))) == "*x"
        assert marked(found.location_within(("b",), 5)) == "*x"
        assert marked(found.location_within(("a",), 5)) == "text"
        assert found.is_plain(("b",))

    def test_an_unknown_anchor(self):
        found = fault("a: 1\nb: *all\n")
        assert (found.code, found.message, marked(found.location)) == ("S010", "unknown anchor `all`", "*all")
        assert found.help == 'a text that begins with `*` needs quotes: `"*all"`'

    @pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: &a {b: {c: *a}}\n", "&a a: 1\nb: &b [[*b]]\n"])
    def test_a_recursive_alias(self, text):
        found = fault(text)
        assert found.code == "S010"
        assert "stands inside of what it refers to" in found.message


class TestTop:
    @pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "---\n", "null\n", "--- ~\n...\n", "\ufeff"])
    def test_an_empty_document(self, text):
        assert (fault(text).code, fault(text).message) == ("S003", "the document is empty")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("- a\n- b\n", "the top of a spec must be a mapping, not a list"),
            ("[]", "the top of a spec must be a mapping, not a list"),
            ("herafi\n", "the top of a spec must be a mapping, not a scalar"),
            ("'a: 1'", "the top of a spec must be a mapping, not a scalar"),
        ],
    )
    def test_no_mapping(self, text, message):
        found = fault(text)
        assert (found.code, found.message, found.location.line) == ("S004", message, 1)

    def test_a_colon_without_a_space(self):
        assert fault("seedspec:1\n").help == "put a space after the `:`"

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("a: 1\n---\nb: 2\n", 2),
            ("a: 1\n...\n---\nb: 2\n", 3),
            ("a: 1\n...\nb: 2", 3),
            ("{a: 1}\n---\n", 2),
            ("a: 1\n--- x", 2),
        ],
    )
    def test_several_documents(self, text, line):
        found = fault(text)
        assert (found.code, found.location.line) == ("S005", line)

    def test_one_document_with_its_markers(self):
        assert document("%YAML 1.2\n---\n# spec\na: 1\n...\n# the end\n").data == {"a": 1}

    def test_line_ends_of_windows(self):
        found = document("a: 1\r\nb:\r\n  c: [x,\r\n    y]\r\n")
        assert found.data == {"a": 1, "b": {"c": ["x", "y"]}}
        assert (found.location(("b", "c", 1)).line, marked(found.location(("b", "c", 1)))) == (4, "y")


class TestCharacters:
    @pytest.mark.parametrize(
        ("character", "name"),
        [
            ("\x00", "U+0000"),
            ("\x07", "U+0007"),
            ("\x1b", "U+001B"),
            ("\x7f", "U+007F"),
            ("\x85", "U+0085"),
            ("\x9b", "U+009B"),
            ("\u2028", "U+2028"),
            ("\ufeff", "U+FEFF"),
            ("\ud800", "U+D800"),
            ("\uffff", "U+FFFF"),
        ],
    )
    def test_characters_that_are_refused(self, character, name):
        found = fault(f"a: 1\nb: x{character}y\n")
        assert (found.code, found.message) == ("S002", f"the character {name} may not stand in a spec")
        assert (found.location.line, found.location.column) == (2, 5)

    def test_they_may_be_escaped(self):
        assert document(r'a: "\x1b\u2028\x85"').data == {"a": "\x1b\u2028\x85"}

    def test_texts_of_every_script(self):
        assert document("اسم: مرحبا\n名: '日本 😀'\n").data == {"اسم": "مرحبا", "名": "日本 😀"}


PLACES = """\
# a comment
name: herafi
entities:
  user:
    count: 15
    fields:
      id: {cuid: {}}
      rating: {choice: {3: 10%, 0x4: 65%, true: 25%, ~: 0%}}
      email: "user{row}@x.test"
      list:
        - one
        - [two, "three"]
      text: |
        first line
          second one
      empty:
"""


class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "key", "line", "text"),
        [
            (("name",), False, 2, "herafi"),
            (("name",), True, 2, "name"),
            (("entities",), False, 4, "user"),
            (("entities",), True, 3, "entities"),
            (("entities", "user"), True, 4, "user"),
            (("entities", "user", "count"), False, 5, "15"),
            (("entities", "user", "fields", "id"), False, 7, "{cuid: {}}"),
            (("entities", "user", "fields", "id", "cuid"), False, 7, "{}"),
            (("entities", "user", "fields", "rating", "choice", 3), True, 8, "3"),
            (("entities", "user", "fields", "rating", "choice", "3"), False, 8, "10%"),
            (("entities", "user", "fields", "rating", "choice", 4), True, 8, "0x4"),
            (("entities", "user", "fields", "rating", "choice", "0x4"), True, 8, "0x4"),
            (("entities", "user", "fields", "rating", "choice", True), False, 8, "25%"),
            (("entities", "user", "fields", "rating", "choice", "true"), False, 8, "25%"),
            (("entities", "user", "fields", "rating", "choice", "None"), False, 8, "0%"),
            (("entities", "user", "fields", "email"), False, 9, '"user{row}@x.test"'),
            (("entities", "user", "fields", "list"), False, 11, "-"),
            (("entities", "user", "fields", "list", 0), False, 11, "one"),
            (("entities", "user", "fields", "list", 1, 1), False, 12, '"three"'),
            (("entities", "user", "fields", "text"), False, 13, "|"),
            (("entities", "user", "fields", "empty"), True, 16, "empty"),
            ((), False, 2, "name"),
            (("entities", "user", "missing", "more"), False, 5, "count"),
            (("entities", "user", "missing"), True, 4, "user"),
            (("name", "x"), False, 2, "herafi"),
            (("entities", "user", "fields", "list", 7), False, 11, "-"),
            (("entities", "user", "fields", "list", "x"), True, 10, "list"),
        ],
    )
    def test_the_place_of_a_path(self, path, key, line, text):
        location = document(PLACES).location(path, key=key)
        assert (location.file, location.line, location.source) == ("spec.yaml", line, PLACES.splitlines()[line - 1])
        assert marked(location) == text

    def test_an_empty_value_has_a_place_of_width_one(self):
        location = document(PLACES).location(("entities", "user", "fields", "empty"))
        assert (location.line, location.column, location.length) == (16, 13, 1)

    def test_carets_end_with_their_line(self):
        found = document("a: [1,\n  2]\nb: some\n  text\n")
        assert marked(found.location(("a",))) == "[1,"
        assert marked(found.location(("b",))) == "some"

    def test_anchors_and_tags_are_no_part_of_a_scalar(self):
        found = document("a: &x !!str  5\nb: &y\n  text\n")
        assert marked(found.location(("a",))) == "5"
        assert (found.location(("b",)).line, marked(found.location(("b",)))) == (3, "text")

    @pytest.mark.parametrize(
        ("text", "offset", "word", "line"),
        [
            ("a: alpha + beta", 8, "beta", 1),
            ("a: alpha + gig.price", 8, "gig.price", 1),
            ("a: alpha + beta", 6, "+", 1),
            ('a: "alpha + beta"', 8, "beta", 1),
            (r'a: "\u0041\n\x41\\ + beta"', 7, "beta", 1),
            ("a: 'it''s + beta'", 7, "beta", 1),
            ("a: 'C:\\x + beta'", 7, "beta", 1),
            ("a: \"x''y + beta\"", 7, "beta", 1),
            ("a: |\n  alpha\n    + beta\n", 10, "beta", 3),
            ("a: >- # note\n  alpha\n  + beta\n", 8, "beta", 3),
            ("a: alpha\n  + beta\n", 8, "beta", 2),
            ('a: "alpha\n  + beta"\n', 8, "beta", 2),
            ("a: |\n  日本 + beta\n", 5, "beta", 2),
        ],
    )
    def test_the_place_within_a_text(self, text, offset, word, line):
        found = document(text)
        location = found.location_within(("a",), offset)
        assert (marked(location), location.line) == (word, line)
        assert found.data["a"][offset:].startswith(word)

    @pytest.mark.parametrize("text", ['a: "al\\n\n  + beta"\n', "a: 'it''s\n  + beta'\n", "a: [1]", "a: 5"])
    def test_where_it_is_not_simple_the_whole_text_is_meant(self, text):
        found = document(text)
        assert found.location_within(("a",), 99 if "5" in text else 5).line == found.location(("a",)).line

    def test_an_offset_past_the_end(self):
        location = document("a: beta").location_within(("a",), 4)
        assert (location.column, location.length) == (8, 1)

    def test_plain_and_quoted(self):
        found = document("a: 1..9\nb: '1..9'\nc: \"1..9\"\nd: |\n  1..9\ne: !!str 1..9\nf: [1..9]\n")
        assert [key for key in "abcdef" if found.is_plain((key,))] == ["a"]
        assert found.is_plain(("f", 0))
        assert not found.is_plain(("f", 1))
        assert not found.is_plain(())

    def test_the_text_of_a_scalar(self):
        found = document("a: 5.00\nb: '5.00'\nc: [0x1F, true]\n")
        assert found.data["a"] == 5
        assert [found.text_at(path) for path in (("a",), ("b",), ("c", 0), ("c", 1))] == [
            "5.00",
            "5.00",
            "0x1F",
            "true",
        ]
        assert found.text_at(("c",)) is None
        assert found.text_at(("missing",)) is None


# numbers of YAML 1.2 that are texts to YAML 1.1, whose dumper leaves them bare
texts = st.text(max_size=20).filter(lambda text: not re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+|0o[0-7]+", text))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda value: "." in repr(value)),
    texts,
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
fragments = st.sampled_from(
    [
        *"a{}[],\"'#|>%@`\\1()é😀 \n\t\x07\ufeff",
        "b: ",
        "\n  ",
        "- ",
        "&a ",
        "*a",
        "!",
        "!!int ",
        "? ",
        "---\n",
        "...\n",
        "<<: ",
        "\r\n",
        ": ",
        ".5",
    ]
)


def outcome(text):
    """The document of a text, or its diagnostics."""
    try:
        return document(text)
    except InvalidSpec as invalid:
        return invalid.diagnostics


def _same(left, right):
    if isinstance(left, dict):
        return list(left) == list(right) and all(_same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return exactly(left) == exactly(right) and (
        not isinstance(left, float) or math.copysign(1, left) == math.copysign(1, right)
    )


class TestProperties:
    @settings(deadline=None)
    @given(st.dictionaries(texts, trees, max_size=5), st.booleans(), st.sampled_from([None, "'", '"']))
    def test_what_yaml_dumps_is_read_back(self, value, flow, quotes):
        text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, default_style=quotes, sort_keys=False)
        found = outcome(text)
        if re.search("[\x85\u2028\u2029\ufeff]", text):
            # YAML 1.1 writes these bare
            assert {each.code for each in found} == {"S002"}
        else:
            assert _same(found.data, value)

    @settings(deadline=None)
    @given(trees)
    def test_every_value_has_a_place_that_shows_it(self, value):
        text = yaml.safe_dump({"top": value}, default_flow_style=None, width=10_000)
        found = document(text)
        for path, item in _paths(found.data):
            location = found.location(path)
            assert location.source == text.splitlines()[location.line - 1]
            if found.is_plain(path) and item is not None:
                assert marked(location) == found.text_at(path).split("\n")[0]

    @settings(deadline=None, max_examples=500)
    @given(st.one_of(st.text(max_size=200), st.lists(fragments, max_size=40).map("".join)))
    def test_any_text_is_a_document_or_has_faults(self, text):
        found = outcome(text)
        if not isinstance(found, tuple):
            assert isinstance(found.data, dict)
            return
        assert found
        places = [(each.location.line, each.location.column) for each in found]
        assert places == sorted(places)
        for each in found:
            assert each.help
            assert each.message[0].islower() or each.message[0] == "`"
            assert not each.message.endswith(".")
            assert 1 <= each.location.column <= len(each.location.source) + 1
            assert each.location.length >= 1


def _paths(value, path=()):
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))
