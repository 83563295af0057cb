"""`faker_copy.py URL USERS`: the workload by hand, Faker's rows into PostgreSQL by COPY in one transaction."""

import sys

import psycopg
from faker_rows import rows

url, users = sys.argv[1:]
with psycopg.connect(url) as connection:
    for table, table_rows in rows(int(users)):
        with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in table_rows:
                copy.write_row(row)
