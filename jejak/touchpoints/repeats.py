"""A sender's retry counts once, however often and late it comes."""

import hashlib

from django.db import connection

from jejak.people import bulk


def digest(text: str) -> int:
    """Return 63 bits of a text's hash, as databases hold them."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def seen_before(digests: list[int], mine: int, today: int) -> set[int]:
    """Note messages as seen and return those of them that another batch has counted."""
    table = "touchpoints_seenmessage"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT OR IGNORE INTO {table} (digest, batch, seen_on) VALUES (%s, {mine:d}, {today:d})",
                [(one,) for one in digests],
            )
            old = digests if cursor.rowcount < len(digests) else []
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (digest, batch, seen_on)"
                " SELECT unnest, %s, %s FROM unnest(%s::bigint[]) ON CONFLICT (digest) DO NOTHING RETURNING digest",
                [mine, today, digests],
            )
            noted = {row[0] for row in cursor.fetchall()}
        old = [one for one in digests if one not in noted]
    return {one for one, batch in bulk.pairs_where_in(_KNOWN, old) if batch != mine}


_KNOWN = "SELECT digest, batch FROM touchpoints_seenmessage WHERE digest IN ({values})"


def forget(*, before_day: int) -> None:
    """Drop what was seen before that day (days since 1970), a piece at a time so that nobody waits long."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM touchpoints_seenmessage WHERE digest IN"
                " (SELECT digest FROM touchpoints_seenmessage WHERE seen_on < %s LIMIT 5000)",
                [before_day],
            )
            if not cursor.rowcount:
                return
