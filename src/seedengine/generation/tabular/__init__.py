"""Rows from a CSV file: read whole, as typed columns."""

from seedengine.generation.tabular.files import Table, make_cell, read_table

__all__ = ["Table", "make_cell", "read_table"]
