"""What the contestants start from: files, and databases of which each run gets a fresh copy."""

import shutil
import sys
import sysconfig
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks.process import output
from server import readable_binaries

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCRIPTS = HERE / "scripts"
WORKLOAD = HERE / "workload.yaml"
HERAFI = ROOT / "specs" / "herafi.yaml"
HERAFI_SCHEMA = ROOT / "tests" / "data" / "herafi" / "schema.sql"

ROWS_OF_SCALE_ONE = 15_000
ROWS_OF_A_USER = 15
TABLES = ("users", "gigs", "orders", "reviews")

RUN = "run"
"""The database of the run that is measured."""


class Ground:
    """A folder of its own and a server; whatever is made once for several runs is made when first asked for."""

    def __init__(self, folder: Path, server_url: str) -> None:
        self.server_url = server_url
        self.output = folder / "output"
        self._folder = folder
        self._psql = readable_binaries(folder, None) / "psql"
        self._made: set[str] = set()

    def clear(self) -> None:
        """Remove what the last run wrote to `output`."""
        shutil.rmtree(self.output, ignore_errors=True)

    def csv(self, rows: int) -> Path:
        """The folder of the workload's CSV files, as `seedengine generate` writes them."""
        folder = self._folder / f"csv-{rows}"
        if not folder.exists():
            output([*seedengine("generate", WORKLOAD), *scale(rows), "--output", str(folder)])
        return folder

    def empty(self) -> str:
        """A fresh database with the workload's tables."""
        self._template("empty", HERE / "schema.sql")
        return self._fresh("empty")

    def herafi(self) -> str:
        """A fresh database with the marketplace's tables."""
        self._template("herafi", HERAFI_SCHEMA)
        return self._fresh("herafi")

    def loaded(self, rows: int) -> str:
        """A fresh database as `apply` leaves it, its foreign keys indexed, vacuumed and analysed."""
        name = f"loaded_{rows}"
        if name not in self._made:
            url = self._template(name, HERE / "schema.sql", HERE / "indexes.sql")
            output([*seedengine("apply", WORKLOAD), *scale(rows), "--database-url", url])
            self.query(url, "VACUUM ANALYZE")
        return self._fresh(name)

    def psql(self, url: str) -> list[str]:
        """The start of a call of psql that reads no settings and ends at the first error."""
        return [str(self._psql), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={url}"]

    def query(self, url: str, *statements: str) -> str:
        """Run statements, each in a transaction of its own; gives what they give, without headings."""
        commands = [f"--command={statement}" for statement in statements]
        return output([*self.psql(url), "--no-align", "--tuples-only", *commands])

    def count_run(self) -> int:
        """How many rows the workload's tables of the last fresh database hold."""
        counts = " + ".join(f"(SELECT count(*) FROM {table})" for table in TABLES)
        return int(self.query(self._url(RUN), f"SELECT {counts}"))

    def _template(self, name: str, *files: Path) -> str:
        """The URL of the database `name`, made from SQL files where it is new."""
        url = self._url(name)
        if name not in self._made:
            self.query(self.server_url, f"CREATE DATABASE {name}")
            output([*self.psql(url), *(f"--file={file}" for file in files)])
            self._made.add(name)
        return url

    def _fresh(self, template: str) -> str:
        """The URL of a copy of a template that takes the place of the last copy."""
        self.query(
            self.server_url,
            f"DROP DATABASE IF EXISTS {RUN} WITH (FORCE)",
            f"CREATE DATABASE {RUN} TEMPLATE {template} STRATEGY file_copy",
        )
        # The first connection to a database writes the cache of its catalogue.
        self.query(self._url(RUN), "CHECKPOINT")
        return self._url(RUN)

    def _url(self, name: str) -> str:
        return urlunsplit(urlsplit(self.server_url)._replace(path=f"/{name}"))


def seedengine(*arguments: object) -> list[str]:
    """A call of the installed command."""
    return [str(Path(sysconfig.get_path("scripts")) / "seedengine"), *map(str, arguments)]


def script(name: str, *arguments: object) -> list[str]:
    """A call of one of our scripts by the same Python."""
    return [sys.executable, str(SCRIPTS / name), *map(str, arguments)]


def scale(rows: int) -> list[str]:
    """The option that makes the workload so many rows, a multiple of 15."""
    return ["--scale", f"{rows / ROWS_OF_SCALE_ONE:.3f}"]
