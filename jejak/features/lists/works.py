"""What is done to many records: at once where they are few, behind the pages where they are many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext

from jejak.common.sheets import wording
from jejak.common.sheets.tables import Unreadable
from jejak.features.lists import asking, taking_in
from jejak.features.lists.access import PERSONAL
from jejak.features.lists.models import Work
from jejak.features.lists.targets import Rules
from jejak.records import changing, kinds, listing
from jejak.records.changing import Undone
from jejak.records.kinds import Kind
from jejak.records.models import Change
from jejak.staff import audit
from jejak.staff.models import User

MOST_AT_ONCE = 500
"""So many records are changed while one waits; more are changed behind the page."""


@dataclass(frozen=True, kw_only=True)
class Which:
    """Which records are meant: some by their ids, or all that a list shows."""

    ids: tuple[int, ...] = ()
    state: str = ""
    is_all: bool = False

    def rows(self, kind: Kind, user: User, now: datetime) -> QuerySet[Any]:
        """Return them, within somebody's reach. Raises BadCondition."""
        seen = kind.seen_by(user)
        if not self.is_all:
            return seen.filter(pk__in=self.ids)
        asked = asking.read(kind, user, QueryDict(self.state)).asked
        return listing.matching(kind, asked, rows=seen, me=user.pk, now=now)


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What is to be done to them. do: change, tag or archive."""

    do: str
    values: dict[str, Any] | None = None
    add: Sequence[str] = ()
    drop: Sequence[str] = ()


def do(
    *,
    kind: Kind,
    deed: Deed,
    rows: QuerySet[Any],
    by: User,
    now: datetime,
    told: Callable[[int, int], None] | None = None,
) -> Change:
    """Do it, and return the deed that undoes it. Raises BadValues, TooMany, NotMade."""
    if deed.do == Work.CHANGE:
        return changing.change_many(kind=kind, rows=rows, values=deed.values or {}, by=by, now=now, told=told)
    if deed.do == Work.TAG:
        return changing.tag_many(
            kind=kind, rows=rows, add=deed.add, drop=deed.drop, by=by, now=now, told=told
        )
    return changing.archive_many(kind=kind, rows=rows, by=by, now=now, told=told)


def leave(*, kind: Kind, deed: Deed, which: Which, by: User, now: datetime) -> Work:
    """Have it done behind the page."""
    return Work.objects.create(
        kind=kind.key,
        do=deed.do,
        by=by,
        made_at=now,
        asked={
            "values": deed.values,
            "add": list(deed.add),
            "drop": list(deed.drop),
            "ids": list(which.ids),
            "state": which.state,
            "all": which.is_all,
        },
    )


class StillRunning(changing.NotNow):
    """What is to be undone is still being done."""


def undo(
    *, change: Change, by: User, now: datetime, told: Callable[[int, int], None] | None = None
) -> Undone:
    """Undo a deed. Raises UndoneAlready, NotNow."""
    busy = [Work.State.WAITING, Work.State.RUNNING]
    if Work.objects.filter(change=change, state__in=busy).exclude(do=Work.UNDO).exists():
        raise StillRunning(gettext("It is not finished yet. Undo it once it is."))
    undone = changing.undo(change=change, by=by, now=now, told=told)
    if kinds.kind(change.kind).unmaking is not None:
        for work in Work.objects.filter(change=change, do=Work.IMPORT):
            _untell(work)
    return undone


def _untell(work: Work) -> None:
    """Whom it made is gone: their names stay nowhere."""
    for told in work.told.values():
        told["shown"] = [one for one in told["shown"] if one[1] != "new"]
    work.save(update_fields=["told"])


def leave_undoing(*, change: Change, by: User, now: datetime) -> Work:
    """Have a large deed undone behind the page; asked twice, it is one piece of work."""
    busy = [Work.State.WAITING, Work.State.RUNNING]
    if there := Work.objects.filter(change=change, do=Work.UNDO, state__in=busy, by=by).first():
        return there
    return Work.objects.create(kind=change.kind, do=Work.UNDO, by=by, made_at=now, change=change)


def run(*, work: Work, now: datetime) -> None:
    """Do a piece of work to its end, and keep what came of it."""
    if work.do == Work.UNDO:
        _undo(work, now)
        return
    if work.do in {Work.TRY, Work.IMPORT}:
        _take_in(work, now)
        return
    kind, asked = kinds.kind(work.kind), work.asked
    which = Which(ids=tuple(asked["ids"]), state=asked["state"], is_all=asked["all"])
    deed = Deed(do=work.do, values=asked["values"], add=asked["add"], drop=asked["drop"])
    try:
        rows = which.rows(kind, work.by, now)
        work.change = do(kind=kind, deed=deed, rows=rows, by=work.by, now=now, told=_saying(work))
    except (changing.BadValues, changing.TooMany) as error:
        work.state, work.error = Work.State.FAILED, str(error)
    else:
        work.state = Work.State.DONE


def _undo(work: Work, now: datetime) -> None:
    assert work.change is not None
    try:
        undone = undo(change=work.change, by=work.by, now=now, told=_saying(work))
    except changing.UndoneAlready:
        work.state, work.error = Work.State.FAILED, gettext("It was undone before.")
        return
    except changing.NotNow as error:
        work.state, work.error = Work.State.FAILED, str(error)
        return
    if work.kind in PERSONAL:
        audit.note(
            work.by,
            audit.UNDID,
            kind=work.kind,
            detail={"change": work.change.pk, "records": undone.restored},
        )
    work.say(restored=undone.restored, kept=undone.kept[:1000], kept_number=len(undone.kept))
    work.state = Work.State.DONE


def _take_in(work: Work, now: datetime) -> None:
    asked = work.asked
    rules = Rules(columns=asked["columns"], key=asked["key"], mode=asked["mode"])
    is_trial = work.do == Work.TRY
    try:
        taking_in.take(work=work, rules=rules, now=now, is_trial=is_trial)
    except Unreadable as error:
        work.state, work.error = Work.State.FAILED, wording.of(error.saying)
    else:
        work.state = Work.State.DRAFT if is_trial else Work.State.DONE


def _saying(work: Work) -> Callable[[int, int], None]:
    def say(done: int, total: int) -> None:
        work.done, work.total = done, total
        work.save(update_fields=["done", "total"])

    return say
