"""Deleting what was found, children before parents, one statement a table; cascades are left nothing to do."""

from collections.abc import Mapping

from seedengine.diagnostics import DatabaseError
from seedengine.targets.found import FoundRows, Workspace
from seedengine.targets.relations import circles


def delete_rows(workspace: Workspace, found: Mapping[str, tuple[FoundRows, int]]) -> dict[str, int]:
    """Delete the rows found; their number by table, in the order of deletion.

    Raises DatabaseError where another number of rows went than was found.
    """
    needs = {
        table: {key.target for key in rows.relation.table.foreign_keys if key.target in found and key.target != table}
        for table, (rows, _) in found.items()
    }
    deleted: dict[str, int] = {}
    for group in circles(needs):
        counts = workspace.delete([found[table][0] for table in group])
        deleted.update(zip(group, counts, strict=True))
    for table, count in deleted.items():
        if count != found[table][1]:
            raise DatabaseError(
                f"{count} rows of `{table}` were deleted where {found[table][1]} were found",
                "a trigger or a rule of the database was in the way; nothing was changed",
            )
    return deleted
