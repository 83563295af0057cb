"""What a run will do, as plain data, and how a spec fits a database."""

from seedengine.planning.cleanup import Cleaning, plan_cleaning, spec_and_database
from seedengine.planning.fit import find_misfits, lacking_tables
from seedengine.planning.plan import CleanStep, InsertStep, Plan, Size, Summary, TableResult

__all__ = [
    "CleanStep",
    "Cleaning",
    "InsertStep",
    "Plan",
    "Size",
    "Summary",
    "TableResult",
    "find_misfits",
    "lacking_tables",
    "plan_cleaning",
    "spec_and_database",
]
