"""`count_rows.py DIR`: how many rows the CSV and Parquet files of a folder hold.

Where the files have columns `email` and `phone`, ends with a fault if a value stands in one of them twice; `email` of
the workload is such a column too.
"""

import sys
from pathlib import Path

import polars as pl

total = 0
for file in sorted(Path(sys.argv[1]).iterdir()):
    if file.suffix not in (".csv", ".parquet"):
        continue
    frame = pl.scan_csv(file, infer_schema=False) if file.suffix == ".csv" else pl.scan_parquet(file)
    rows = frame.select(pl.len()).collect(engine="streaming").item()
    for column in {"email", "phone"} & set(frame.collect_schema().names()):
        different = frame.select(pl.col(column).n_unique()).collect(engine="streaming").item()
        if different != rows:
            sys.exit(f"error: {file.name} has {rows} rows and only {different} different values of {column}")
    total += rows
print(total)
