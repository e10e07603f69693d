"""What was deleted from SQLite is overwritten, so that nobody finds it in the file.

Deleted rows of a page that stays are zeroed at once (`secure_delete=FAST` in settings.py); pages that became free
keep what stood in them until they are used again. Here they are used again, and given back empty.
"""

from django.db import connections
from django.db.backends.utils import CursorWrapper

_AT_ONCE_BYTES = 64 * 2**20


def scrub() -> None:
    """Overwrite the free pages of every SQLite database of ours, and empty its journal. Nothing to do elsewhere."""
    for connection in connections.all():
        if connection.vendor != "sqlite":
            continue
        with connection.cursor() as cursor:
            free_bytes = _number(cursor, "freelist_count") * _number(cursor, "page_size")
            if free_bytes:
                _fill(cursor, free_bytes)
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(cursor: CursorWrapper, free_bytes: int) -> None:
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("CREATE TABLE IF NOT EXISTS jejak_scrub (zeros BLOB)")
    try:
        for start in range(0, free_bytes, _AT_ONCE_BYTES):
            cursor.execute(
                "INSERT INTO jejak_scrub VALUES (zeroblob(%s))", [min(_AT_ONCE_BYTES, free_bytes - start)]
            )
    finally:
        cursor.execute("DROP TABLE jejak_scrub")
        cursor.execute("PRAGMA secure_delete = FAST")


def _number(cursor: CursorWrapper, pragma: str) -> int:
    cursor.execute(f"PRAGMA {pragma}")
    return int(cursor.fetchone()[0])
