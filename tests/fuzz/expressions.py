"""Texts for the parser of expressions: some that mean something, some that nearly do, some that mean harm."""

from random import Random

from fuzz.hostile_expressions import HOSTILE
from seedengine.generation.expressions import function_names

Kind = str

NAMES: dict[Kind, tuple[str, ...]] = {
    "int": ("small", "row", "nth"),
    "bigint": ("large",),
    "numeric": ("price",),
    "float": ("ratio",),
    "text": ("name", '"odd ""name"""'),
    "bool": ("active",),
    "date": ("day",),
    "timestamp": ("as_of", "order.created_at"),
    "time": ("hour",),
    "interval": ("span",),
    "texts": ("tags",),
    "ints": ("numbers",),
    "any": ("nothing", "object"),
}
"""The names that an expression may use, by the type of their columns."""

_LITERALS: dict[Kind, tuple[str, ...]] = {
    "int": ("0", "1", "-1", "2", "7", "1000000", "2147483647", "-2147483648"),
    "bigint": ("2147483648", "9223372036854775807", "-9223372036854775808"),
    "numeric": ("0.0", "1.5", "-0.05", "1e10", "1e37", "1e-30", "99999999999999999999999999999999999999", "1e999"),
    "float": ("1.5::float8", "'NaN'::float8", "'infinity'::float8", "'-infinity'::float8", "1e300::float8", "pi()"),
    "text": ("''", "'a'", "'Ünïcödé'", "'👩‍👩‍👧'", "$$a'b$$", "$q$ $$ $q$", "'%'", "'_\\'", "'\u202eabc'", "'İßΣ'"),
    "bool": ("true", "false", "null::boolean"),
    "date": ("date '2025-01-31'", "date '0001-01-01'", "date '9999-12-31'", "date 'infinity'"),
    "timestamp": ("timestamp '2025-01-31 08:00'", "timestamp '9999-12-31 23:59:59.999999'", "timestamp 'epoch'"),
    "time": ("time '08:00'", "time '23:59:59.999999'", "time '24:00'"),
    "interval": ("interval '1 month'", "interval '-1 day'", "interval '178000000 years'", "interval '1e9 hours'"),
    "texts": ("array['a', 'b']", "array[]::text[]", "string_to_array('a,b', ',')", "'{a,b}'::text[]"),
    "ints": ("array[1, 2, 3]", "array[]::int[]", "'{1,NULL}'::int[]"),
    "any": ("null", "'text'", "1", "row"),
}
_TYPES = ("int", "bigint", "smallint", "numeric", "numeric(38,38)", "numeric(1000, 0)", "float8", "real", "text")
_MORE_TYPES = ("varchar(1)", "char(5)", "boolean", "date", "time", "timestamp", "interval", "uuid", "json", "text[]")
_BINARY = ("+", "-", "*", "/", "%", "^", "||", "=", "<>", "!=", "<", "<=", ">", ">=", "and", "or", "like", "ilike")
_MORE_BINARY = ("is distinct from", "is not distinct from", "not like", "in", "@>", "->", "~", "==", ":=", "&&", "<<")
_UNITS = ("year", "month", "day", "hour", "epoch", "dow", "isodow", "week", "quarter", "century", "timezone", "x")
_FORMATS = (
    "'YYYY-MM-DD'",
    "'HH24:MI:SS.US'",
    "'FM999,999.00'",
    "'TMDay'",
    "'S9999EEEE'",
    "'RN'",
    "'\"q\"'",
    "'" + "9" * 99 + "'",
)
_HUGE = ("1000000000", "2147483647", "1000000", "999999", "100000", "-1")


_WORDS = tuple(
    """
    select from where group by order having limit union all distinct with recursive as on using join lateral values
    table insert update delete create drop alter copy program grant case when then else end and or not is null true
    false in like ilike similar to between symmetric escape cast extract trim both leading trailing position
    substring for overlay placing interval array row any some exists over partition filter within collate at time
    zone isnull notnull current_date current_user session_user default returning into
    """.split()  # noqa: SIM905
)
_PIECES = (*"()[],.", "::", *";'\"", "$$", "--", "/*", "*/", *"{}\\\n\te0", "1.", ".5")
_CHARACTERS = (
    "\x00\x01\x1b\x7f\x85\xa0\u00df\u0130\u0300\u200b\u200d\u202e\u2028\ud800\udfff\ufeff\uffff😀𝟙"
    "'\"$\\()[]{};:?@#%^&|~`"
)


def expression(random: Random) -> str:
    """A text for the parser; the same for the same state of `random`."""
    made = random.choices((_meaningful, _hostile, _tokens, _repeated, _deep), (55, 10, 10, 10, 15))[0](random)
    return _mutated(random, made) if random.random() < 0.35 else made


def template(random: Random) -> str:
    """A text for the parser of templates."""
    parts = [random.choice(("", "a", "{{", "}}", "{", "}", " ", "'", "\u202e")) for _ in range(random.randint(0, 4))]
    parts += [f"{{{expression(random)}}}" for _ in range(random.choice((1, 1, 2, 101)) if parts else 1)]
    random.shuffle(parts)
    return "".join(parts)


def _meaningful(random: Random) -> str:
    return of_kind(random, random.choice(tuple(NAMES)), random.randint(0, 5))


def of_kind(random: Random, kind: Kind, depth: int) -> str:
    """An expression that is mostly of that type."""
    if depth <= 0 or random.random() < 0.15:
        return random.choice((*NAMES[kind], *_LITERALS[kind]))
    if random.random() < 0.1:
        kind = random.choice(tuple(NAMES))
    return random.choice(_FORMS.get(kind, _ANY_FORMS) if random.random() < 0.6 else _ANY_FORMS)(random, depth - 1, kind)


def _form(pattern: str, *kinds: Kind) -> "_Form":
    return _Form(pattern, kinds)


class _Form:
    """Some text with holes for expressions of these types; `same` is the type that is asked for."""

    def __init__(self, pattern: str, kinds: tuple[Kind, ...]) -> None:
        self.pattern, self.kinds = pattern, kinds

    def __call__(self, random: Random, depth: int, kind: Kind) -> str:
        inner = [of_kind(random, kind if each == "same" else each, depth) for each in self.kinds]
        return self.pattern.format(
            *inner, unit=random.choice(_UNITS), format=random.choice(_FORMATS), huge=random.choice(_HUGE)
        )


def _called(random: Random, depth: int, kind: Kind) -> str:
    """Any function, with about as many arguments as it takes."""
    names = function_names()
    name = random.choice(tuple(names))
    least, most = names[name]
    count = random.randint(least, min(most if most is not None else least + 3, least + 3))
    count = max(0, count + random.choice((0, 0, 0, 0, -1, 1)))
    kinds = [random.choice((kind, *NAMES)) for _ in range(count)]
    return f"{name}({', '.join(of_kind(random, each, depth) for each in kinds)})"


def _binary(random: Random, depth: int, kind: Kind) -> str:
    operator = random.choice((*_BINARY, *_BINARY, *_MORE_BINARY))
    return f"({of_kind(random, kind, depth)} {operator} {of_kind(random, kind, depth)})"


def _cast(random: Random, depth: int, _: Kind) -> str:
    inner = of_kind(random, random.choice(tuple(NAMES)), depth)
    return f"({inner})::{random.choice((*_TYPES, *_MORE_TYPES))}"


_NUMBERS = (
    _form("({} + {})", "same", "int"),
    _form("({} * {})", "same", "same"),
    _form("({} / {})", "same", "same"),
    _form("({} % {})", "same", "int"),
    _form("({} ^ {})", "same", "same"),
    _form("-{}", "same"),
    _form("round({}, {})", "numeric", "int"),
    _form("power({}, {huge})", "same"),
    _form("exp({})", "same"),
    _form("length({})", "text"),
    _form("cardinality({})", "texts"),
    _form("extract({unit} from {})", "timestamp"),
    _form("date_part('{unit}', {})", "interval"),
    _form("width_bucket({}, {}, {}, {})", "same", "same", "same", "int"),
)
_FORMS = {
    "int": _NUMBERS,
    "bigint": _NUMBERS,
    "numeric": _NUMBERS,
    "float": _NUMBERS,
    "text": (
        _form("({} || {})", "text", "text"),
        _form("lpad({}, {huge}, {})", "text", "text"),
        _form("rpad({}, {huge})", "text"),
        _form("repeat({}, {huge})", "text"),
        _form("repeat(repeat({}, 1000), {})", "text", "int"),
        _form("replace({}, {}, repeat({}, {huge}))", "text", "text", "text"),
        _form("translate({}, {}, {})", "text", "text", "text"),
        _form("overlay({} placing {} from {} for {})", "text", "text", "int", "int"),
        _form("concat_ws({}, {}, {})", "text", "same", "any"),
        _form("to_char({}, {format})", "numeric"),
        _form("to_char({}, {format})", "timestamp"),
        _form("chr({})", "int"),
        _form("split_part({}, {}, {})", "text", "text", "int"),
        _form("array_to_string({}, {})", "texts", "text"),
        _form("slug({})", "text"),
        _form("({})[{}]", "texts", "int"),
        _form("trim(both {} from {})", "text", "text"),
        _form("substring({} from {} for {})", "text", "int", "int"),
    ),
    "bool": (
        _form("({} = {})", "int", "bigint"),
        _form("({} like {} escape {})", "text", "text", "text"),
        _form("({} in ({}, {}))", "text", "text", "text"),
        _form("({} between {} and {})", "date", "date", "date"),
        _form("(not {})", "bool"),
        _form("({} is null)", "any"),
        _form("({} is not distinct from {})", "any", "any"),
        _form("({} and {})", "bool", "bool"),
        _form("({} = any({}))", "text", "texts"),
    ),
    "date": (_form("({} + {})", "date", "int"), _form("make_date({}, {}, {})", "int", "int", "int")),
    "timestamp": (
        _form("({} + {})", "timestamp", "interval"),
        _form("date_trunc('{unit}', {})", "timestamp"),
        _form("make_timestamp({}, {}, {}, {}, {}, {})", "int", "int", "int", "int", "int", "float"),
    ),
    "time": (_form("({} + {})", "time", "interval"), _form("make_time({}, {}, {})", "int", "int", "float")),
    "interval": (
        _form("({} * {})", "interval", "float"),
        _form("({} / {})", "interval", "int"),
        _form("age({}, {})", "timestamp", "timestamp"),
        _form("make_interval({}, {}, {})", "int", "int", "int"),
        _form("justify_days({})", "interval"),
    ),
    "texts": (
        _form("array_append({}, {})", "texts", "text"),
        _form("string_to_array(repeat({}, {huge}), {})", "text", "text"),
        _form("array_cat({}, {})", "texts", "texts"),
        _form("array[{}, {}]", "text", "any"),
    ),
    "ints": (_form("array_remove({}, {})", "ints", "int"), _form("array[{}, {}]", "int", "numeric")),
}  # fmt: skip
_ANY_FORMS = (
    _called,
    _called,
    _binary,
    _cast,
    _form("case when {} then {} else {} end", "bool", "same", "same"),
    _form("case {} when {} then {} end", "any", "any", "same"),
    _form("coalesce({}, {})", "same", "same"),
    _form("nullif({}, {})", "same", "same"),
    _form("greatest({}, {}, {})", "same", "same", "same"),
)


def _hostile(random: Random) -> str:
    first = random.choice(HOSTILE)
    if random.random() < 0.5:
        return first
    return random.choice(("coalesce({}, 1)", "({})", "1 + {}", "{} || {}", "case when {} then 1 end", "-{}")).replace(
        "{}", first
    )


def _tokens(random: Random) -> str:
    names = tuple(function_names())
    pools = (_WORDS, _PIECES, _BINARY, names, _TYPES, tuple(each for some in NAMES.values() for each in some), HOSTILE)
    return random.choice((" ", "")).join(random.choice(random.choice(pools)) for _ in range(random.randint(1, 30)))


def _repeated(random: Random) -> str:
    unit = random.choice(
        (" + 1", " || 'a'", " and true", ".a", "::int", "[1]", " - -1", ", 1", " = 1", " is null", "'a'", "1", " not")
    )
    times = random.choice((2, 10, 50, 199, 201, 601, 3000, 20_000))
    return (
        random.choice(("1", "name", "array[1", "greatest(1", "'", '"', ""))
        + unit * times
        + random.choice(("", ")", "]", "'"))
    )


def _deep(random: Random) -> str:
    opening, closing = random.choice(
        (
            ("(", ")"),
            ("-", ""),
            ("not ", ""),
            ("coalesce(", ")"),
            ("array[", "]"),
            ("case when true then ", " end"),
            ("cast(", " as text)"),
            ("repeat(", ", 1000)"),
            ("lpad(", ", 1000000, 'x')"),
            ("concat(name, ", ", name)"),
            ("string_to_array(array_to_string(", ", ','), '')"),
            ("extract(year from ", ")"),
            ("(1 + ", ")"),
            ("[", "]"),
            ("name.", ""),
        )
    )
    depth = random.choice((1, 3, 10, 19, 20, 21, 100, 1000, 5000))
    return (
        opening * depth
        + random.choice(("1", "name", "'a'", "", "tags", "as_of"))
        + closing * (depth - random.choice((0, 0, 1)))
    )


def _mutated(random: Random, text: str) -> str:
    for _ in range(random.randint(1, 4)):
        start = random.randint(0, len(text))
        stop = min(len(text), start + random.randint(0, 8))
        put = random.choice(
            (
                "",
                random.choice(_CHARACTERS),
                random.choice(_PIECES),
                f" {random.choice(_WORDS)} ",
                text[start:stop] * random.choice((2, 2, 3, 100)),
            )
        )
        text = text[:start] + put + text[stop:]
    return text
