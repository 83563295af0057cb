"""Arrays by the column: their elements one after the other, and back into lists of the same lengths."""

import numpy as np
import polars as pl


def elements(lists: pl.Series) -> pl.Series:
    """All elements, row after row; lists that are empty or NULL have none."""
    return lists.explode(empty_as_null=False, keep_nulls=False)


def rows_of(lists: pl.Series) -> np.ndarray:
    """For each element the row that its list stands in."""
    return np.repeat(np.arange(len(lists)), lists.list.len().fill_null(0).to_numpy())


def regrouped(values: pl.Series, lists: pl.Series) -> pl.Series:
    """`values`, one for each element of `lists`, in lists of the same lengths; NULL where those are."""
    dtype = pl.List(values.dtype)
    frame = pl.DataFrame({"row": rows_of(lists), "value": values})
    grouped = frame.group_by("row", maintain_order=True).agg(pl.col("value"))
    filled = grouped.get_column("value").cast(dtype)
    choices = pl.concat([filled, pl.Series([[], None], dtype=dtype)])
    places = np.where(lists.is_null().to_numpy(), len(filled) + 1, len(filled)).astype(np.uint32)
    places[grouped.get_column("row").to_numpy()] = np.arange(len(filled), dtype=np.uint32)
    return choices.gather(places)
