"""Every kind of value, and the function that makes a column of it."""

from collections.abc import Mapping

from seedengine.generation.aggregates import make_aggregate
from seedengine.generation.composition import (
    make_array,
    make_choice,
    make_cycle,
    make_list,
    make_match,
    make_object,
    make_pick,
)
from seedengine.generation.faked import make_faker
from seedengine.generation.identifiers import make_cuid, make_ulid, make_uuid
from seedengine.generation.numbers import make_bool, make_decimal, make_float, make_int, make_sequence
from seedengine.generation.python import make_python
from seedengine.generation.references import make_ref
from seedengine.generation.tabular import make_cell
from seedengine.generation.text import make_bcrypt, make_computed, make_constant, make_template
from seedengine.generation.times import make_date, make_datetime, make_time
from seedengine.generation.world import Generate
from seedengine.spec import generators as kinds

GENERATORS: Mapping[type, Generate] = {
    kinds.Constant: make_constant,
    kinds.Array: make_array,
    kinds.Faker: make_faker,
    kinds.Int: make_int,
    kinds.Float: make_float,
    kinds.Decimal: make_decimal,
    kinds.Date: make_date,
    kinds.Datetime: make_datetime,
    kinds.Time: make_time,
    kinds.Bool: make_bool,
    kinds.Choice: make_choice,
    kinds.Cycle: make_cycle,
    kinds.Sequence: make_sequence,
    kinds.Uuid: make_uuid,
    kinds.Cuid: make_cuid,
    kinds.Ulid: make_ulid,
    kinds.TemplateText: make_template,
    kinds.Computed: make_computed,
    kinds.Match: make_match,
    kinds.Pick: make_pick,
    kinds.Object: make_object,
    kinds.ListOf: make_list,
    kinds.Ref: make_ref,
    kinds.Aggregate: make_aggregate,
    kinds.Bcrypt: make_bcrypt,
    kinds.PythonCall: make_python,
    kinds.FileColumn: make_cell,
}
