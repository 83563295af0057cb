"""What a run will do, as plain data, and how a spec fits a database."""

from seedengine.planning.cleanup import Cleaning, plan_cleaning, spec_and_database
from seedengine.planning.fit import find_misfits, lacking_tables
from seedengine.planning.plan import CleanStep, InsertStep, Plan, Size, Summary, TableResult
from seedengine.planning.safety import CAREFUL, Allowed, refuse_unsafe

__all__ = [
    "CAREFUL",
    "Allowed",
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
    "refuse_unsafe",
    "spec_and_database",
]
