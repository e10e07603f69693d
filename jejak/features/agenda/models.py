"""Tasks, notes and meetings, each of which may hang on a record, and the notices that staff get of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from jejak.records.models import Kept


class Hung(models.Model):
    """What hangs on a record: a person (the trail it was made for), a company, a deal, an own object, or nothing.

    Merging moves nothing: whoever shows a person asks for all their trails.
    """

    about_kind = models.CharField(_("belongs to"), max_length=60, blank=True, default="")
    about_id = models.BigIntegerField(null=True, blank=True)
    person = models.ForeignKey(
        "people.Person", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    """The trail, where it is about a person: it goes when they are forgotten."""

    class Meta:
        abstract = True


class Reminded(models.Model):
    """What somebody wants to be reminded of, once."""

    remind_minutes = models.PositiveIntegerField(_("reminder, minutes before"), null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    """When exactly; worked out from the minutes whenever the time changes."""
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Task(Kept, Hung, Reminded):
    """Something somebody has to do. Its owner does it; one that repeats makes the next when it is done."""

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")

    class Repeat(models.TextChoices):
        NEVER = "", _("Does not repeat")
        DAILY = "daily", _("Daily")
        WEEKLY = "weekly", _("Weekly")
        MONTHLY = "monthly", _("Monthly")

    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True, default="")
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL
    )
    repeat = models.CharField(
        _("repeats"), max_length=10, choices=Repeat.choices, blank=True, default=Repeat.NEVER
    )
    repeat_day = models.PositiveSmallIntegerField(null=True, blank=True)
    """The day of the month on which a monthly task was first due: 31 stays 31 after a short month."""
    before = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="following", editable=False
    )
    """The task that this one repeats: one is made of each, however often it is completed."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(
                fields=["owner", "due_at"], condition=Q(done_at=None, archived_at=None), name="task_to_do"
            ),
            models.Index(
                fields=["due_at", "id"], condition=Q(done_at=None, archived_at=None), name="task_due"
            ),
            models.Index(
                fields=["-done_at", "-id"], condition=Q(done_at__isnull=False), name="task_done_lately"
            ),
            models.Index(fields=["about_kind", "about_id"], name="task_of_record"),
            models.Index(
                fields=["remind_at"],
                condition=Q(remind_at__isnull=False, reminded_at=None),
                name="task_remind",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class Meeting(Kept, Hung, Reminded):
    """A call, a meeting or a visit: planned, held, or called off. uid and sequence are those of iCalendar."""

    class Kind(models.TextChoices):
        MEETING = "meeting", _("Meeting")
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Called off")

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MEETING)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    is_all_day = models.BooleanField(_("all day"), default=False)
    place = models.CharField(_("place"), max_length=400, blank=True, default="")
    link = models.CharField(_("link"), max_length=1000, blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    outcome = models.TextField(_("outcome"), blank=True, default="")
    held_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    uid = models.CharField(max_length=255)
    recurrence_id = models.CharField(max_length=40, blank=True, default="")
    """Which one of a series, as iCalendar writes it in UTC; "" where it stands alone."""
    sequence = models.PositiveIntegerField(default=0)
    organizer = models.CharField(max_length=254, blank=True, default="")
    """The e-mail address of whoever invited us; "" where we did."""
    is_imported = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.UniqueConstraint(fields=["uid", "recurrence_id"], name="meeting_stands_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="meeting_ends_after_it_begins"
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="meeting_by_time"),
            models.Index(fields=["about_kind", "about_id", "starts_at"], name="meeting_of_record"),
            models.Index(
                fields=["remind_at"],
                condition=Q(remind_at__isnull=False, reminded_at=None),
                name="meeting_remind",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Attendee(models.Model):
    """Somebody who is asked to a meeting: a person, a member of staff, or just an address."""

    class Answer(models.TextChoices):
        NONE = "none", _("No answer yet")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        TENTATIVE = "tentative", _("Perhaps")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendees")
    person = models.ForeignKey("people.Person", models.CASCADE, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    email = models.CharField(max_length=254, blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.NONE)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "email"], condition=~Q(email=""), name="address_is_asked_once"
            ),
            models.UniqueConstraint(
                fields=["meeting", "person"], condition=Q(person__isnull=False), name="person_is_asked_once"
            ),
            models.UniqueConstraint(
                fields=["meeting", "user"], condition=Q(user__isnull=False), name="colleague_is_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Note(Hung):
    """What somebody of the staff wrote down about a record."""

    text = models.TextField(_("note"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True, default="")
    """As they are called; it stays when they leave."""
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    is_sample = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [models.Index(fields=["about_kind", "about_id", "-made_at"], name="note_of_record")]

    def __str__(self) -> str:
        return self.text[:60]


class NoteVersion(models.Model):
    """What a note said before it was changed."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="versions")
    text = models.TextField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.text[:60]


class Notice(models.Model):
    """Something that one of the staff should know: shown in the back office, and sent by e-mail."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Reminder")
        ASSIGNED = "assigned", _("A task for you")
        MENTION = "mention", _("You were mentioned")
        INVITED = "invited", _("You were asked to a meeting")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=100)
    """What it is about and when: the same is told once."""
    by_name = models.CharField(max_length=150, blank=True, default="")
    task = models.ForeignKey(Task, models.CASCADE, null=True, blank=True, related_name="+")
    note = models.ForeignKey(Note, models.CASCADE, null=True, blank=True, related_name="+")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_is_given_once")]
        indexes = [
            models.Index(fields=["user", "-made_at"], name="notice_newest"),
            models.Index(fields=["user"], condition=Q(seen_at=None), name="notice_unseen"),
            models.Index(fields=["made_at"], condition=Q(mailed_at=None), name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Feed(models.Model):
    """The secret address under which a calendar program reads the meetings of one of the staff."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token, which is 256 random bits and therefore needs no slow hash."""
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"


class CalendarFile(models.Model):
    """A calendar that somebody uploaded and has not taken in yet; emptied once they have."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField(blank=True, default="")
    made_at = models.DateTimeField()
    change = models.ForeignKey("records.Change", models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name
