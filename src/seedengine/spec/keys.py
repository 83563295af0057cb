"""By which columns the rows of an entity are recognised in a database."""

from seedengine.spec.generators import Cuid, Ulid, Uuid
from seedengine.spec.references import find_reference
from seedengine.spec.scope import Scope


def unique_everywhere(scope: Scope, entity: str) -> bool:
    """Whether the key of an entity can be nobody else's: a part of it is a uuid, cuid or ulid, or refers to one."""
    return any(_made_of_bits(scope, entity, column, ()) for column in scope.key(entity))


def _made_of_bits(scope: Scope, entity: str, column: str, seen: tuple[tuple[str, str], ...]) -> bool:
    value = scope.spec.entities[entity].values.get(column)
    if isinstance(value, Uuid | Cuid | Ulid):
        return True
    reference = find_reference(scope, entity, column)
    if reference is None or (entity, column) in seen:
        return False
    return all(
        _made_of_bits(scope, target, reference.column, (*seen, (entity, column))) for target in reference.entities
    )


def recognised_by(scope: Scope, entity: str) -> tuple[str, ...]:
    """The columns that must be equal for a row to be one that this entity makes: its key, or else all of them."""
    if unique_everywhere(scope, entity):
        return scope.key(entity)
    return tuple(scope.spec.entities[entity].fields)
