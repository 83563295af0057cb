"""Faults of YAML's syntax in words that say what to change."""

import pytest

from seedengine.diagnostics import InvalidSpec
from seedengine.spec.source import Source, compose

CASES = [
    # indentation
    ("a:\n\tb: 1\n", (2, 1), "a tab where only spaces may stand", "indent with spaces"),
    ("a:\n  b: 1\n\tc: 2\n", (3, 1), "a tab where only spaces may stand", "indent with spaces"),
    ("a:\n -\tb: 1\n", (2, 3), "a tab where only spaces may stand", "indent with spaces"),
    ("a:\n    b: 1\n  c: 2\n", (3, 3), "wrong indentation", "begin it in the column of the keys it belongs to"),
    (" a: 1\nb: 2\n", (2, 1), "wrong indentation", "what stands at the top begins in one column"),
    ("a: 1\n\n  b: 2\n", (3, 3), "wrong indentation", "a key has either a value or keys under it"),
    ("a:\n  - x\n - y\n", (3, 2), "an element of a list among keys", "indent it under the key it belongs to"),
    ("- a\nb: 1\n", (2, 1), "text among the elements of a list", "less to end the list"),
    ("a: - b\n", (1, 4), "a list cannot begin in the line of its key", "begin the list in the next line"),
    # texts that need quotes
    ("a: @x\n", (1, 4), "a text cannot begin with `@`", 'quote it: `"@x"`'),
    ("a: `x`\n", (1, 4), "a text cannot begin with a backquote", 'quote it: `"`x`"`'),
    ("a: %x # note\n", (1, 4), "a text cannot begin with `%`", 'quote it: `"%x"`'),
    ("a: {faker: @x, b: 1}\n", (1, 12), "a text cannot begin with `@`", 'quote it: `"@x"`'),
    ('a: @"x"\n', (1, 4), "a text cannot begin with `@`", "quote it: `'@\"x\"'`"),
    ("a: * 3\n", (1, 4), "a text cannot begin with `*`", 'quote it: `"* 3"`'),
    ("a: & b\n", (1, 4), "a text cannot begin with `&`", 'quote it: `"& b"`'),
    ("a: !e!x 1\n", (1, 4), "a text cannot begin with `!`", 'quote it: `"!e!x 1"`'),
    ("a: >= 3\n", (1, 4), "a text cannot begin with `>`", 'quote it: `">= 3"`'),
    ("a: |x|\n", (1, 4), "a text cannot begin with `|`", 'quote it: `"|x|"`'),
    ("a: ? b\n", (1, 4), "a text cannot begin with `?`", 'quote it: `"? b"`'),
    ("a: {row}@x.test\n", (1, 9), "text after the closing `}`", '`"{row}@x.test"`'),
    ("a: {{row}}-x\n", (1, 11), "text after the closing `}`", '`"{{row}}-x"`'),
    ("a: {template: {row}@x, b: 1}\n", (1, 20), "text after the closing `}`", '`"{row}@x"`'),
    ("a: {template: a-{row}}\n", (1, 17), "a `{` inside of an unquoted text", "quote the whole value"),
    ("a: b: c\n", (1, 5), "a `:` inside of an unquoted value", 'quote it: `"b: c"`'),
    ("a:\n  - title: Foo: bar\n", (2, 15), "a `:` inside of an unquoted value", 'quote it: `"Foo: bar"`'),
    ("'a': b: c\n", (1, 7), "a `:` inside of an unquoted value", 'quote it: `"b: c"`'),
    ("a: , b\n", (1, 4), "missing value before `,`", "quote it if text is meant"),
    # quotes
    ('a: "x\nb: 1\n', (1, 4), "the quote is never closed", 'close it with `"`'),
    ("a: 'x\n---\n", (1, 4), "the quote is never closed", "close it with `'`"),
    ('a: "x" y\nb: 1\n', (1, 8), "text after the closing quote", "quote the whole value"),
    ("a: 'it's'\n", (1, 8), "text after the closing quote", "write `''` for a quote"),
    ('x: {a: "b" c}\n', (1, 12), "text after the closing quote", "quote the whole value"),
    (r'a: "\d"', (1, 5), r"unknown escape `\d`", r"write `\\` for a backslash"),
    (r'a: "\x4"', (1, 5), r"malformed escape `\x`", r"write `\\` for a backslash"),
    (r'a: "\ud83d\ude00"', (1, 5), r"malformed escape `\u`", r"write `\\` for a backslash"),
    # brackets
    ("x: {a: 1\n", (1, 4), "`{` is never closed", "close it with `}`"),
    ("x: [\n\n", (3, 1), "the text ends where a value should stand", "close what is open"),
    ("x: {a: 1\ny: 2\n", (2, 2), "a `:` where `,` or `}` should stand", "the `{` in line 1 is not closed"),
    ("x: {a: 1 b: 2}\n", (1, 11), "a `:` where `,` or `}` should stand", "a comma is missing"),
    ("x: {a: [1, 2}\n", (1, 13), "`}` does not close `[`", "close the `[` in line 1 with `]`"),
    ("x: [{a: 1} {b: 2}]\n", (1, 12), "missing `,` or `]`", "close the `[` in line 1 with `]`"),
    ("x: {a: 1}}\n", (1, 10), "`}` closes nothing", "remove it"),
    ("x: ]\n", (1, 4), "`]` closes nothing", "remove it"),
    ("x: [a,,b]\n", (1, 7), "missing value before `,`", "write the value"),
    # colons and lines
    ("a:\n  user\n    count: 3\n", (2, 3), "missing `:` after `user`", "write `user:`"),
    ("a:\n  - count 3\n    x: 1\n", (2, 5), "missing `:` after `count`", "write `count: 3`"),
    ("a: 1\nb # note\nc: 2\n", (2, 1), "missing `:` after `b`", "write `b:`"),
    ("a" * 1100 + ": 1", (1, 1101), "a key of more than 1,024 characters", "shorten it"),
    ("{a: 1}\nb: 2\n", (2, 1), "text after the end of the document", "remove the rest"),
    # directives
    ("%FOO\n---\na: 1\n", (1, 1), "a line that begins with `%` is a directive of YAML", "remove the line"),
    ("%YAML 2.0\n---\na: 1\n", (1, 1), "the document asks for another version of YAML", "remove the `%YAML` line"),
    ("%YAML 1.2\na: 1\n", (2, 1), "missing `---` after the directives", "remove the directives"),
    # places count characters, whatever their width
    ("اسم: 😀\r\nب: @x\r\n", (2, 4), "a text cannot begin with `@`", 'quote it: `"@x"`'),
]


@pytest.mark.parametrize(("text", "place", "message", "help"), CASES, ids=[each[0][:24] for each in CASES])
def test_a_fault_of_syntax(text, place, message, help):
    with pytest.raises(InvalidSpec) as caught:
        compose(Source.from_text(text, "spec.yaml"))
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("S001", message)
    assert (found.location.line, found.location.column) == place
    assert help in found.help


def test_faults_before_that_of_syntax_are_kept():
    with pytest.raises(InvalidSpec) as caught:
        compose(Source.from_text("a: 1\na: .inf\nb: {c}\nd: @x\n", "spec.yaml"))
    found = [(each.code, each.location.line) for each in caught.value.diagnostics]
    assert found == [("S012", 2), ("S013", 3), ("S001", 4)]
