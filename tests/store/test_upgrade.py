"""A catalog that an earlier version wrote."""

import sqlite3
from pathlib import Path

from rag.store import schema
from rag.store.catalog import Catalog


def test_a_catalog_of_the_first_version_becomes_one_of_this_and_keeps_its_passages(
    tmp_path: Path,
) -> None:
    path = tmp_path / schema.CATALOG_FILE
    schema.create(path, index_id="one")
    with sqlite3.connect(path) as old:
        old.execute("ALTER TABLE passages DROP COLUMN lead_in")
        old.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
        old.execute(
            "INSERT INTO sources VALUES ('a.md', 1, 1, 1, '', '', 'text', 'A', '{}', "
            "'indexed', NULL)"
        )
        old.execute(
            "INSERT INTO passages VALUES (1, 'x', 'a.md', 0, 0, 2, NULL, '[]', 'Hi', x'00')"
        )
    old.close()

    for _ in range(2):
        catalog = Catalog(tmp_path)
        assert [(p.text, p.lead_in, p.title) for p in catalog.passages(["x"]).values()] == [
            ("Hi", "", "A")
        ]
        catalog.close()
    with sqlite3.connect(path) as now:
        rows = now.execute("SELECT value FROM meta WHERE key = 'schema'").fetchall()
    now.close()
    assert rows == [(str(schema.SCHEMA_VERSION),)]
