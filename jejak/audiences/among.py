"""Numbers of an audience alone: what measures.Filters takes as its people."""

from jejak.audiences.compiling import Compiled, members
from jejak.audiences.models import Audience


class NoSuchAudience(Exception):
    """There is no audience of this key, or it was put away."""


def people_in(key: str) -> Compiled:
    """Return who is in an audience as of its last refresh. Raises NoSuchAudience."""
    audience = Audience.objects.filter(key=key, archived_at=None).first()
    if audience is None:
        raise NoSuchAudience(key)
    return Compiled(members("{among_audience:UInt64}"), {"among_audience": audience.pk})
