"""The generators of the language, one model each."""

from seedengine.spec.generators.base import Array, Constant, Generator, Quantity, Value
from seedengine.spec.generators.called import PythonCall
from seedengine.spec.generators.computed import Computed, ListOf, Match, Object, Pick, TemplateText
from seedengine.spec.generators.distribution import Distribution
from seedengine.spec.generators.drawn import (
    Bcrypt,
    Bool,
    Choice,
    Cuid,
    Cycle,
    Date,
    Datetime,
    Decimal,
    Faker,
    Float,
    Int,
    Sequence,
    Time,
    Ulid,
    Uuid,
)
from seedengine.spec.generators.related import AGGREGATES, Aggregate, Order, Ref, Summary
from seedengine.spec.generators.tabular import FileColumn
from seedengine.spec.generators.union import KINDS

__all__ = [
    "AGGREGATES",
    "KINDS",
    "Aggregate",
    "Array",
    "Bcrypt",
    "Bool",
    "Choice",
    "Computed",
    "Constant",
    "Cuid",
    "Cycle",
    "Date",
    "Datetime",
    "Decimal",
    "Distribution",
    "Faker",
    "FileColumn",
    "Float",
    "Generator",
    "Int",
    "ListOf",
    "Match",
    "Object",
    "Order",
    "Pick",
    "PythonCall",
    "Quantity",
    "Ref",
    "Sequence",
    "Summary",
    "TemplateText",
    "Time",
    "Ulid",
    "Uuid",
    "Value",
]
