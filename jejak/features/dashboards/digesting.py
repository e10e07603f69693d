"""Digests: written when they are due, once for each time and reader, and left to the letters to be sent."""

import base64
import logging
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from jejak import eventlog
from jejak.backoffice import pictures
from jejak.channels import letters
from jejak.features.dashboards import filters, tiles, words
from jejak.features.dashboards.drawn import Drawn, Number
from jejak.features.dashboards.models import Digest, Hook
from jejak.staff import clocks
from jejak.staff.models import User

log = logging.getLogger(__name__)

_SALT = "jejak.dashboards.stop"
_AGAIN = timedelta(minutes=15)
_MOST_PICTURES = 12


class NoSuchDigest(Exception):
    """This link stops nothing any more."""


def next_at(digest: Digest, *, after: datetime) -> datetime:
    """Return when a digest is due next. A local hour that a change of the clocks leaves out comes an hour later."""
    zone = ZoneInfo(digest.zone)
    day = after.astimezone(zone).date()
    for _step in range(40):
        at = datetime.combine(day, time(digest.hour), zone).astimezone(UTC)
        if at > after and _is_day(digest, day):
            return at
        day += timedelta(days=1)
    raise AssertionError("Every month has a first day.")


def _is_day(digest: Digest, day: date) -> bool:
    if digest.every == Digest.Every.WEEK:
        return day.weekday() == digest.weekday
    return digest.every == Digest.Every.DAY or day.day == 1


def write_due(*, now: datetime, stopping: threading.Event | None = None) -> int:
    """Write the digests that are due and return how many. Of two processes one UPDATE lets one write each."""
    done = 0
    for digest in Digest.objects.filter(next_at__lte=now).select_related("dashboard", "hook", "owner"):
        if stopping is not None and stopping.is_set():
            break
        due_at = digest.next_at
        # A process that dies now leaves it due again in a while; what it wrote already is not written twice.
        slot = digest.slot_at or due_at
        mine = Digest.objects.filter(pk=digest.pk, next_at=due_at)
        if not mine.update(next_at=now + _AGAIN, slot_at=slot):
            continue
        try:
            write(digest, slot=slot, now=now)
        except (eventlog.Away, eventlog.TooExpensive) as error:
            Digest.objects.filter(pk=digest.pk).update(trouble=type(error).__name__)
            continue
        Digest.objects.filter(pk=digest.pk).update(
            next_at=next_at(digest, after=now), slot_at=None, last_at=now, trouble=""
        )
        done += 1
    return done


def write(digest: Digest, *, slot: datetime, now: datetime) -> None:
    """Write one digest to everybody who gets it. Words of customers and people are never in it."""
    readers = [user for user in digest.told_to.filter(is_active=True) if may_read(digest, user)]
    for language in sorted({clocks.language_of(user) for user in readers}):
        with translation.override(language), timezone.override(ZoneInfo(digest.zone)):
            told, drawn = _told(digest, now=now)
            for user in readers:
                if clocks.language_of(user) == language:
                    _letter(digest, user, told, drawn, slot=slot, now=now)
    if digest.hook is not None and digest.hook.is_on:
        with translation.override(settings.LANGUAGE_CODE), timezone.override(ZoneInfo(digest.zone)):
            told, drawn = _told(digest, now=now)
            letters.call(
                key=f"digest.{digest.pk}.{slot:%Y%m%dT%H%M}.hook.{digest.hook.pk}",
                url=digest.hook.url,
                body=_as_json(digest, told, drawn, now=now),
                signed_as=signed_as(digest.hook),
                now=now,
            )


def may_read(digest: Digest, user: User) -> bool:
    """Tell whether somebody may still read the dashboard of a digest."""
    board = digest.dashboard
    return user.has_perm("dashboards.view_dashboard") and (board.is_shared or board.owner_id == user.pk)


def signed_as(hook: Hook) -> str:
    """Return what the secret of a webhook is derived from."""
    return f"hook:{hook.pk}:{hook.made_at.isoformat()}"


def stop_url(digest: Digest, user: User) -> str:
    """Return the address at which somebody gets a digest no more."""
    token = signing.Signer(salt=_SALT).sign(f"{digest.pk}.{user.pk}")
    return settings.BASE_URL.rstrip("/") + reverse("dashboards_stop", args=[token])


def stop(token: str) -> Digest:
    """Take somebody off a digest. Raises NoSuchDigest."""
    digest, user = stopped_by(token)
    digest.told_to.remove(user)
    return digest


def stopped_by(token: str) -> tuple[Digest, User]:
    """Return whom a link takes off which digest. Raises NoSuchDigest."""
    try:
        pk, _dot, user = signing.Signer(salt=_SALT).unsign(token).partition(".")
        return Digest.objects.select_related("dashboard").get(pk=int(pk)), User.objects.get(pk=int(user))
    except (signing.BadSignature, ValueError, Digest.DoesNotExist, User.DoesNotExist):
        raise NoSuchDigest from None


def _told(digest: Digest, *, now: datetime) -> tuple[list[Drawn], dict[str, bytes]]:
    board = digest.dashboard
    wide = filters.opened(board.filters, {})
    held = [tile for tile in board.tiles.select_related("question") if tiles.is_for(None, tile, False)]
    told = tiles.draw_all(held, now=now, viewer=None, wide=wide)
    if any(one.trouble == _("The log does not answer at the moment.") for one in told):
        raise eventlog.Away("The log does not answer.")
    wanted = [
        (
            f"tile{i}-{j}",
            pictures.Wanted(
                chart=picture.chart, is_png=True, title="" if picture.title == one.title else picture.title
            ),
        )
        for i, one in enumerate(told)
        for j, picture in enumerate(one.pictures)
        if not picture.chart.empty()
    ][:_MOST_PICTURES]
    try:
        made = pictures.draw([one for _name, one in wanted])
    except pictures.CannotDraw:
        log.exception("The pictures of digest %s could not be drawn; it goes out without.", digest.pk)
        return told, {}
    return told, {name: png for (name, _one), png in zip(wanted, made, strict=True)}


def _letter(
    digest: Digest,
    user: User,
    told: Sequence[Drawn],
    drawn: dict[str, bytes],
    *,
    slot: datetime,
    now: datetime,
) -> None:
    board = digest.dashboard
    link = settings.BASE_URL.rstrip("/") + reverse("dashboards:dashboard", args=[board.pk])
    wide = filters.opened(board.filters, {})
    context: dict[str, Any] = {
        "board": board,
        "span": words.spanned(wide.window(now=now)),
        "tiles": [
            (one, _number(one.number), [name for name in drawn if name.startswith(f"tile{i}-")], _lines(one))
            for i, one in enumerate(told)
        ],
        "link": link,
        "stop": stop_url(digest, user),
        "language": translation.get_language(),
    }
    letters.write(
        key=f"digest.{digest.pk}.{slot:%Y%m%dT%H%M}.{user.pk}",
        user=user,
        subject=f"{board.name}: {context['span']}",
        text=render_to_string("dashboards/digest.txt", context),
        html=render_to_string("dashboards/digest.html", context),
        pictures=drawn,
        stop_url=context["stop"],
        now=now,
    )


def _number(number: Number | None) -> str:
    """Return a number with its n and its interval, as text."""
    if number is None or number.value is None:
        return "" if number is None else "–"
    unit = number.unit
    said = [unit.text(number.value)]
    if number.low is not None and number.high is not None:
        said.append(_("%(low)s to %(high)s") % {"low": unit.text(number.low), "high": unit.text(number.high)})
    if number.n is not None:
        said.append(f"n = {number.n}")
    if number.before is not None:
        said.append(_("before: %(value)s") % {"value": unit.text(number.before)})
    return " · ".join(said)


def _lines(one: Drawn) -> list[str]:
    """Return the numbers of a tile's pictures as lines of text, so that a mail without pictures says them, too."""
    lines = []
    for picture in one.pictures:
        table = picture.chart.table()
        lines.append(" · ".join(table.columns))
        lines += [" · ".join(cell.text for cell in row) for row in table.rows[-14:]]
    if one.html:
        lines.append(strip_tags(one.html).strip())
    return lines + [" · ".join(part for part in (row.title, row.value, row.note) if part) for row in one.rows]


def _as_json(
    digest: Digest, told: Sequence[Drawn], drawn: dict[str, bytes], *, now: datetime
) -> dict[str, Any]:
    board = digest.dashboard
    return {
        "type": "digest",
        "dashboard": {"id": board.pk, "name": board.name},
        "told_at": now.isoformat(),
        "link": settings.BASE_URL.rstrip("/") + reverse("dashboards:dashboard", args=[board.pk]),
        "tiles": [
            {
                "title": one.title,
                "number": None
                if one.number is None
                else {key: getattr(one.number, key) for key in ("value", "low", "high", "n", "before")},
                "rows": [[row.title, row.value, row.note] for row in one.rows],
                "tables": [
                    {
                        "columns": picture.chart.table().columns,
                        "rows": [[cell.for_machines() for cell in row] for row in picture.chart.table().rows],
                    }
                    for picture in one.pictures
                ],
                "pictures": [
                    base64.b64encode(png).decode()
                    for name, png in drawn.items()
                    if name.startswith(f"tile{i}-")
                ],
                "trouble": one.trouble,
            }
            for i, one in enumerate(told)
        ],
    }
