"""`faker_parquet.py DIR USERS`: the workload by hand, Faker's rows to Parquet files, a table a file."""

import sys
from pathlib import Path

import polars as pl
from faker_rows import TABLES, rows

directory, users = sys.argv[1:]
Path(directory).mkdir()
for table, table_rows in rows(int(users)):
    columns = list(zip(*table_rows, strict=True))
    pl.DataFrame(dict(zip(TABLES[table], columns, strict=True))).write_parquet(Path(directory) / f"{table}.parquet")
