"""Functions of SQL that an expression never calls, each with the reason and what to use instead."""

AGGREGATES = frozenset(
    """
    any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every
    json_agg json_arrayagg json_object_agg json_objectagg jsonb_agg jsonb_object_agg max min mode
    percentile_cont percentile_disc range_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2
    regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp
    variance xmlagg
    """.split()  # noqa: SIM905
)
WINDOWS = frozenset(
    """
    cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number
    """.split()  # noqa: SIM905
)
CLOCKS = frozenset(
    """
    clock_timestamp current_date current_time current_timestamp localtime localtimestamp now
    statement_timestamp timeofday transaction_timestamp
    """.split()  # noqa: SIM905
)
_RANDOM = frozenset(
    """
    gen_random_uuid random random_normal setseed uuid_generate_v1 uuid_generate_v4 uuidv4 uuidv7
    """.split()  # noqa: SIM905
)
_TABLES = frozenset(
    """
    generate_series generate_subscripts json_array_elements json_each json_table jsonb_array_elements
    jsonb_each regexp_matches regexp_split_to_table string_to_table unnest xmltable
    """.split()  # noqa: SIM905
)
_SESSION = frozenset(
    """
    current_catalog current_database current_role current_schema current_setting current_user currval
    dblink inet_client_addr inet_server_addr lastval lo_export lo_import nextval query_to_xml session_user
    set_config setval txid_current version
    """.split()  # noqa: SIM905
)


def refusal(name: str) -> tuple[str, str] | None:
    """Why the function of that name (in lower case) is never called, and what to do; None where it may be."""
    if name in AGGREGATES:
        return f"`{name}` is an aggregate, not an expression over one row", "use the generator `aggregate`"
    if name in WINDOWS:
        return f"`{name}` is a window function, not an expression over one row", "`row` and `nth` count rows"
    if name in CLOCKS:
        return f"`{name}` reads a clock", "the only now is `as_of`"
    if name in _RANDOM:
        return f"`{name}` is random outside the seed", "use a generator: `int`, `float`, `uuid`"
    if name in _TABLES:
        return f"`{name}` returns a table, not a value", "use the generator `list`"
    if name == "exists":
        return "a subquery is not an expression", "use `aggregate` with `count`"
    if name in _SESSION or name.startswith(("pg_", "lo_", "has_")):
        return f"`{name}` depends on the database, not on the spec", "name a field or write the value"
    return None


# In the place of an operator, these words begin something that SQL has and an expression has not.
CLAUSES = {
    "as": ("an expression has no alias", "take `as` and the name out"),
    "over": ("a window is not an expression", "`row` and `nth` count rows"),
    "filter": ("an aggregate is not an expression", "use the generator `aggregate` with `where`"),
    "within": ("an aggregate is not an expression", "use the generator `aggregate`"),
    "collate": ("`collate` is not supported", "texts compare by the numbers of their characters"),
    "at": ("`at time zone` is not supported", "every time is UTC; add an interval"),
    "similar": ("`similar to` is not supported", "use `like` or `ilike`"),
    "from": ("a query is not an expression", "use `aggregate`, `ref` or `pick`"),
    "where": ("a query is not an expression", "`where` is a key of its own"),
    "union": ("a query is not an expression", "use `aggregate`, `ref` or `pick`"),
    "order": ("`order by` is not part of an expression", "use `aggregate` with `order_by`"),
}

INTERVAL_UNITS = frozenset(
    """
    century day decade hour microsecond millennium millisecond min minute mon month sec second week year
    """.split()  # noqa: SIM905
)
