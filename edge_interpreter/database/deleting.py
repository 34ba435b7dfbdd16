"""Deleting many rows: no statement takes longer than a database may be silent."""

from edge_interpreter.database.protocol import Database, Value

PIECE = 5_000


def delete_rows(
    database: Database, table: str, condition: str, value: Value, *, at_once: bool = False
) -> int:
    """Delete the rows of `table`, which has an `id`, that a condition holds for; how many.

    Some at a time: where the database goes away meanwhile, those before are deleted. `at_once` as
    in `Database.shred`. Raises DatabaseAwayError.
    """
    statement = (
        f"DELETE FROM {table} WHERE id IN"  # noqa: S608
        f" (SELECT id FROM {table} WHERE {condition} LIMIT {PIECE})"
    )
    deleted = 0
    while piece := database.change(statement, [(value,)]):
        deleted += piece
    if deleted:
        database.shred(table, at_once=at_once)
    return deleted
