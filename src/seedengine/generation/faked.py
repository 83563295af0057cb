"""Values of Faker's providers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from seedengine.generation import faker
from seedengine.generation.columns import take
from seedengine.generation.context import Context
from seedengine.generation.expressions import type_name
from seedengine.generation.unique import spread
from seedengine.spec.generators import Faker
from seedengine.spec.locales import faker_calls
from seedengine.spec.scope import LOCALE, Scope


def called_by_row(scope: Scope) -> Iterator[tuple[str, str, str, str]]:
    """Entity, field, method and locale of each call of Faker that is made for every row, since it is not compiled."""
    for entity, spec in scope.spec.entities.items():
        for name, value in spec.values.items():
            for _, call, locales in faker_calls(scope, entity, value):
                for locale in locales if not call.unique else ():
                    if not faker.is_compiled(call.method, call.args, locale):
                        yield entity, name, call.method, locale


def make_faker(value: Faker, context: Context) -> pl.Series:
    """Faker's value for each row, in the row's locale."""
    locales = _locales(context)
    if locales.dtype not in (pl.String, pl.Null):
        raise context.fault(
            f"a locale is text, and this is {type_name(locales.dtype)}", "faker", help="for example `en_US`"
        )
    if locales.null_count():
        position = int(locales.is_null().arg_max() or 0)
        raise context.fault("the locale is NULL", "faker", position=position, help="name one such as `en_US`")
    if unique := context.unique(value):
        return _unique(value, context, locales, unique)
    parts = []
    for locale in locales.unique(maintain_order=True).to_list() or ["en_US"]:
        positions = np.flatnonzero(locales.eq(locale).to_numpy()).astype(np.int64)
        parts.append((positions, _values(value, context.some(positions), _known(context, locale))))
    return context.together(parts)


def _values(value: Faker, context: Context, locale: str) -> pl.Series:
    """The values of one locale, from the compiled column if there is one."""
    try:
        if not len(context):  # their type is all that is asked, so nothing needs to be compiled
            return pl.Series(dtype=faker.result_dtype(value.method, value.args, locale))
        column = faker.compiled(value.method, value.args, locale)
        if column is not None:
            return column.draw(context.key(), context.address)
        return faker.values(value.method, value.args, locale, context.key(), context.address)
    except faker.CallFault as error:
        raise context.fault(error.message, "faker", position=error.row, help=error.help) from None


def _locales(context: Context) -> pl.Series:
    """The nearest locale: that of the value or of one around it, else the row's."""
    if context.locale is None:
        column = context.rows.column(LOCALE)
        return column if context.taken is None else take(column, context.taken)
    value, path = context.locale
    return context.at(path).value(value)


def _known(context: Context, locale: str | None) -> str:
    if locale is None or locale not in faker.locales():
        raise context.fault(f"`{locale}` is no locale of Faker's", "faker", help="name one such as `en_US`")
    return locale


def _unique(value: Faker, context: Context, locales: pl.Series, unique: bool | tuple[str, ...]) -> pl.Series:
    """A permutation of all the values that the method has."""
    distinct = locales.unique(maintain_order=True).to_list() or ["en_US"]
    if len(distinct) > 1:
        help = "give the field one `locale:`"
        raise context.fault("values of several locales may be alike, so they cannot be unique", "unique", help=help)
    call = value.method, value.args, _known(context, distinct[0])
    try:
        if not len(context):
            faker.holds(*call, 1)
            return pl.Series(dtype=faker.result_dtype(*call))
        domain = faker.domain(*call)
    except faker.NoDomain as error:
        raise context.fault(error.message, "unique", help=error.help) from None
    return domain.at(spread(context, unique, domain.size))
