"""What can be done with notes."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.actions import offered
from jejak.features.agenda.actions import notices
from jejak.features.agenda.models import Note, NoteVersion, Notice
from jejak.staff.models import User

LONGEST = 10_000
_MENTION = re.compile(r"(?<![\w@.])@([\w.+-]{1,150})")


class BadNote(ValueError):
    """A note is empty or too long; the text says which, in the reader's language."""


class NotYours(Exception):
    """Only whoever wrote a note changes it."""


@offered(_("Write a note"))
def write(*, text: str, about_kind: str, about_id: int, by: User | None, now: datetime) -> Note:
    """Write something down about a record, and tell those whom it mentions (@dewi). Raises BadNote."""
    with transaction.atomic():
        note = Note.objects.create(
            text=_checked(text),
            about_kind=about_kind,
            about_id=about_id,
            person_id=about_id if about_kind == "person" else None,
            by=by,
            by_name=(by.get_full_name() or by.get_username())[:150] if by else "",
            made_at=now,
        )
        _mention(note, by, now)
        return note


def change(*, note: Note, text: str, by: User, now: datetime) -> None:
    """Say it otherwise; what it said before is kept. Raises BadNote, NotYours."""
    text = _checked(text)
    with transaction.atomic():
        _check_own(note, by)
        if text == note.text:
            return
        NoteVersion.objects.create(note=note, text=note.text, until=now)
        note.text, note.changed_at = text, now
        note.save(update_fields=["text", "changed_at"])
        _mention(note, by, now)


def delete(*, note: Note, by: User, now: datetime) -> None:
    """Take a note away; restore() brings it back. Raises NotYours."""
    _check_own(note, by)
    Note.objects.filter(pk=note.pk).update(deleted_at=now)


def restore(*, note: Note, by: User) -> None:
    """Bring a note back. Raises NotYours."""
    _check_own(note, by)
    Note.objects.filter(pk=note.pk).update(deleted_at=None)


def pin(*, note: Note, is_pinned: bool, now: datetime) -> None:
    """Have a note stand above the others, or not any more."""
    Note.objects.filter(pk=note.pk).update(pinned_at=now if is_pinned else None)


def named_in(text: str) -> list[User]:
    """Return the staff whom a text mentions by their login names."""
    names = {name.rstrip(".-+").casefold() for name in _MENTION.findall(text)}
    if not names:
        return []
    # A few dozen of staff: compared here, because databases differ in what small letters are.
    return [
        user
        for user in User.objects.filter(is_active=True).order_by("username")
        if user.get_username().casefold() in names
    ]


def _checked(text: str) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not text:
        raise BadNote(gettext("Write something first."))
    if len(text) > LONGEST:
        raise BadNote(gettext("A note has at most %(most)s characters.") % {"most": LONGEST})
    return text


def _check_own(note: Note, by: User) -> None:
    if note.by_id != by.pk and not by.is_superuser:
        raise NotYours(f"Note {note.pk} is not {by.get_username()}'s.")


def _mention(note: Note, by: User | None, now: datetime) -> None:
    named = named_in(note.text)
    note.mentioned.set(named)
    # Whoever cannot see people gets no notice about one.
    may = [user for user in named if user.has_perm("agenda.view_note")]
    notices.give(to=may, kind=Notice.Kind.MENTION, key=f"mention:note:{note.pk}", now=now, by=by, note=note)
