"""Lists of people are sorted and narrowed by their names, in small letters, and by when they were first seen."""

from typing import Any

from django.db import migrations

_INDEXES = {
    "person_list_by_small_name": ("lower(name)", '(lower(name) COLLATE "C")'),
    "person_list_by_first_seen": ("first_seen_at", "first_seen_at"),
}


def add(apps: Any, schema_editor: Any) -> None:
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for name, (on_sqlite, elsewhere) in _INDEXES.items():
        by = on_sqlite if is_sqlite else elsewhere
        schema_editor.execute(f"CREATE INDEX {name} ON people_person ({by}, id) WHERE root_id IS NULL")


def drop(apps: Any, schema_editor: Any) -> None:
    for name in _INDEXES:
        schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("people", "0007_consent_and_receipts")]
    operations = [migrations.RunPython(add, drop)]
