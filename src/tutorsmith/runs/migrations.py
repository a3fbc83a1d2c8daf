"""The schema of the index, as numbered steps. Append only: a step that was released is never changed.

PRAGMA user_version counts the steps that a file has seen; each runs in a transaction of its own.
"""

import sqlite3

APPLICATION_ID = 0x54534D52
""" "TSMR": marks the file as an index of ours, so that nobody else's database is ever touched."""

MIGRATIONS: tuple[str, ...] = (
    # 1: one row a run folder; `stamp` tells whether its files have changed, `record` is the RunRecord as JSON
    "CREATE TABLE runs (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, stage TEXT NOT NULL, made TEXT NOT NULL,"
    " seed INTEGER, family TEXT NOT NULL, record TEXT NOT NULL)",
    # 2: for those who query the file themselves
    "CREATE TABLE metrics (path TEXT NOT NULL REFERENCES runs (path) ON DELETE CASCADE, system TEXT NOT NULL,"
    " metric TEXT NOT NULL, value REAL, low REAL, high REAL, n INTEGER, items INTEGER,"
    " PRIMARY KEY (path, system, metric))",
    "CREATE INDEX runs_by_family ON runs (family)",
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file up to the newest schema. Raises: sqlite3.DatabaseError."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, statement in enumerate(MIGRATIONS[version:], version + 1):
        with connection:
            connection.execute("BEGIN")
            connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
