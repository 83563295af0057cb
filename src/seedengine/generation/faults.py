"""A value that cannot be made: where in the spec, and in which row."""


class GenerationFault(Exception):
    """What stopped a value: `place` is its way within the field `node` of an entity, `row` the row's number from 1.

    `row` is None where no row is needed to see it, as with types that do not fit; `offset` is a character of the
    expression at that place. `code` is that of the diagnostic, where the kind of value has one of its own.
    """

    def __init__(
        self,
        message: str,
        entity: str,
        node: str,
        place: tuple[str | int, ...],
        *,
        row: int | None = None,
        offset: int = 0,
        help: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.entity, self.node, self.place = message, entity, node, place
        self.row, self.offset, self.help, self.code = row, offset, help, code

    def __reduce__(self) -> tuple[type[Exception], tuple[object, ...], dict[str, object]]:
        """The fault as it goes from one process to another."""
        return type(self), (self.message, self.entity, self.node, self.place), self.__dict__
