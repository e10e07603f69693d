"""A sender's retry counts once, however often and late it comes."""

import hashlib

from django.db import connection

from jejak.people import bulk


def digest(text: str) -> int:
    """Return 63 bits of a text's hash, as databases hold them."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def seen_before(digests: list[int], mine: int, today: int) -> set[int]:
    """Note messages as seen and return those of them that another batch has counted."""
    if connection.vendor == "sqlite":
        # The one write lock is ours: nobody notes anything between these two.
        known = dict(bulk.pairs_where_in(_KNOWN, digests))
        new = [(one, mine, today) for one in digests if one not in known]
        bulk.insert_many("touchpoints_seenmessage", "digest, batch, seen_on", new)
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO touchpoints_seenmessage (digest, batch, seen_on)"
                " SELECT unnest, %s, %s FROM unnest(%s::bigint[]) ON CONFLICT (digest) DO NOTHING RETURNING digest",
                [mine, today, digests],
            )
            noted = {row[0] for row in cursor.fetchall()}
        known = dict(bulk.pairs_where_in(_KNOWN, [one for one in digests if one not in noted]))
    return {one for one, batch in known.items() if batch != mine}


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
