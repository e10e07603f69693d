"""Who the customers are, what each is recognised by, and why several trails are one person."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop


class Person(models.Model):
    """One trail of one customer or prospect, known or anonymous.

    Merging never moves anything: `root` points to the person who stands for the merged ones, and
    is worked out from the Merge edges, so that taking an edge away restores what was before.
    """

    name = models.CharField(_("name"), max_length=200, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    traits = models.JSONField(_("traits"), default=dict)
    """{key: {"value": …, "at": ISO time, "source": name}}: the newest of each, whatever order they came in."""
    combined = models.JSONField(_("traits of all trails"), null=True, blank=True)
    """The traits of all trails of whoever stands for several, in the same shape; empty for everybody else."""
    root = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="trails", db_index=False
    )
    """The person who stands for this one after a merge; empty for whoever stands for themselves."""
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    is_sample = models.BooleanField(default=False)
    # The pipeline inserts people by the thousand and names its columns: these have their defaults in the database.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    team_key = models.CharField(_("team"), max_length=60, blank=True, default="", db_default="")
    tags = models.JSONField(_("tags"), default=list, db_default=models.Value([], models.JSONField()))

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = [
            ("merge_people", gettext_noop("Can merge people and take it back")),
            ("export_person", gettext_noop("Can export all that is known of a person")),
            ("forget_person", gettext_noop("Can forget a person everywhere")),
        ]
        indexes = [
            models.Index(fields=["-last_seen_at", "-id"], name="person_recently_seen"),
            # Without those who stand for themselves: a database would use it to find them, and sort them all.
            models.Index(fields=["root"], condition=models.Q(root__isnull=False), name="person_of_root"),
            # A list shows who stands for themselves, a million of them, in one of these orders.
            models.Index(
                fields=["-last_seen_at", "-id"], condition=models.Q(root=None), name="person_list_by_seen"
            ),
            models.Index(fields=["name", "id"], condition=models.Q(root=None), name="person_list_by_name"),
            models.Index(
                fields=["owner", "-last_seen_at"],
                condition=models.Q(root=None, owner__isnull=False),
                name="person_list_by_owner",
            ),
            models.Index(
                fields=["team_key", "-last_seen_at"],
                condition=models.Q(root=None) & ~models.Q(team_key=""),
                name="person_list_by_team",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or _("Anonymous %(id)s") % {"id": self.pk}


class Handle(models.Model):
    """Something a person is recognised by. It stays with its trail for ever, also across merges."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="handles")
    kind = models.CharField(_("kind"), max_length=40)
    value = models.CharField(_("value"), max_length=320)
    source = models.CharField(_("source"), max_length=100, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"))

    class Meta:
        verbose_name = _("handle")
        verbose_name_plural = _("handles")
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="handle_belongs_to_one_person")]
        # In the order of bytes on PostgreSQL too, so that the search finds beginnings in it.
        indexes = [models.Index(fields=["value"], opclasses=["varchar_pattern_ops"], name="handle_begins")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


class Link(models.Model):
    """That two handles came together, or that somebody said they do or do not belong together. Only ever added.

    Who is one person is worked out from these alone, so the order in which they came does not matter: see evidence.
    """

    SEEN, ALIAS, STAFF, APART = "seen", "alias", "staff", "apart"

    one = models.ForeignKey(Handle, models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Handle, models.CASCADE, related_name="+")
    rule = models.CharField(max_length=10)
    """SEEN in one message, ALIAS of a trusted sender, STAFF say one person, or APART: staff say two."""
    source = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other", "rule"], name="link_is_kept_once"),
            models.CheckConstraint(
                condition=models.Q(one__lt=models.F("other")), name="link_has_one_direction"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.rule} {self.other_id}"


class HandleMove(models.Model):
    """A handle counts for another trail from then on: processes remember whose handles are whose, and read these."""

    handle = models.ForeignKey(Handle, models.CASCADE, related_name="+")
    before = models.ForeignKey(Person, models.CASCADE, related_name="+")
    after = models.ForeignKey(Person, models.CASCADE, related_name="+")
    moved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.handle_id}: {self.before_id} to {self.after_id}"


class SharedHandle(models.Model):
    """A handle that several people use: it stands for none of them and joins nobody."""

    class Verdict(models.TextChoices):
        NONE = "", _("The rules decide")
        ALLOWED = "allowed", _("It may join")
        FORBIDDEN = "forbidden", _("It never joins")

    handle = models.OneToOneField(Handle, models.CASCADE, related_name="shared")
    is_loose = models.BooleanField(default=True)
    """Whether it joins nobody now."""
    people = models.PositiveIntegerField(_("people"), default=0)
    evidence = models.JSONField(_("evidence"), default=dict)
    since = models.DateTimeField(_("since"))
    verdict = models.CharField(_("decision"), max_length=10, blank=True, choices=Verdict.choices)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("shared handle")
        verbose_name_plural = _("shared handles")

    def __str__(self) -> str:
        return f"{self.handle}: {self.people}"


class NameWord(models.Model):
    """One word of a person's name, folded: what the search by name looks up."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    word = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(
                fields=["word", "person"],
                opclasses=["varchar_pattern_ops", "int8_ops"],
                name="name_word_begins",
            )
        ]

    def __str__(self) -> str:
        return self.word


class Merge(models.Model):
    """An edge: these two trails are one person, by this rule and on this evidence. Undone, never deleted."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    rule = models.CharField(_("rule"), max_length=40)
    evidence = models.JSONField(_("evidence"), default=dict)
    merged_at = models.DateTimeField(_("merged"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_told = models.BooleanField(default=False)
    """Whether the log knows of it, or of its undoing. What it does not is told again after a crash."""

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "other"],
                condition=models.Q(undone_at__isnull=True),
                name="merge_stands_once",
            )
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(is_told=False), name="merge_to_be_told")]

    def __str__(self) -> str:
        return f"{self.person_id} = {self.other_id} ({self.rule})"


class Suggestion(models.Model):
    """Two people who may be one, kept for staff to decide, with the evidence."""

    class Decision(models.TextChoices):
        ONE = "one", _("One person")
        TWO = "two", _("Two people")

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    rule = models.CharField(_("rule"), max_length=40)
    evidence = models.JSONField(_("evidence"), default=dict)
    suggested_at = models.DateTimeField(_("suggested"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(_("decision"), max_length=3, blank=True, choices=Decision.choices)

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            models.UniqueConstraint(fields=["person", "other", "rule"], name="suggestion_is_made_once"),
        ]
        indexes = [
            models.Index(
                fields=["-suggested_at"], condition=models.Q(decided_at=None), name="suggestion_is_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} ? {self.other_id} ({self.rule})"


class Company(models.Model):
    """An organisation that people belong to."""

    key = models.CharField(_("key"), max_length=255, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    traits = models.JSONField(_("traits"), default=dict)
    first_seen_at = models.DateTimeField(_("first seen"))
    domain = models.CharField(_("domain"), max_length=253, blank=True, default="", db_default="")
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="subsidiaries",
        verbose_name=_("belongs to"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    team_key = models.CharField(
        _("team"), max_length=60, blank=True, default="", db_default="", db_index=True
    )
    tags = models.JSONField(_("tags"), default=list, db_default=models.Value([], models.JSONField()))
    own = models.JSONField(_("own fields"), default=dict, db_default=models.Value({}, models.JSONField()))
    is_sample = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name or self.key


class Membership(models.Model):
    """A person belongs to a company since then."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships")
    since = models.DateTimeField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=100, blank=True, default="", db_default="")
    is_primary = models.BooleanField(_("primary"), default=False, db_default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["person", "company"], name="membership_stands_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.company_id}"


class Forgetting(models.Model):
    """That people were deleted: processes remember whose handles are whose, and drop it when there is a newer one."""

    forgotten_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pk}: {self.forgotten_at}"


class Consent(models.Model):
    """What a person said about being written to, for one purpose on one channel. The newest counts; none is edited."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20)
    channel = models.CharField(_("channel"), max_length=40)
    is_given = models.BooleanField(_("given"))
    """Given, or refused. Who never said anything has no row."""
    said_at = models.DateTimeField(_("said"))
    source = models.CharField(_("source"), max_length=100)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    """How we know: the form, the call, the message; or why staff changed it."""
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["person", "purpose", "channel", "-said_at"], name="consent_newest")]

    def __str__(self) -> str:
        return (
            f"{self.person_id}: {self.purpose} by {self.channel}, {'given' if self.is_given else 'refused'}"
        )


class Changed(models.Model):
    """A note that somebody has changed: the log's mirror of people follows. Written by triggers, see mirroring."""

    person_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.person_id)


class Mirroring(models.Model):
    """How far everybody was written to the log's mirror of people."""

    begun_at = models.DateTimeField()
    reached = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.begun_at}: {self.reached}"


class Receipt(models.Model):
    """That somebody was forgotten: who asked, what went, and what is still to be done. Nothing in it says who it was.

    For a given e-mail, phone or id it can be proven that it was meant: see people/forgetting.py.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    suppress = models.BooleanField(_("refuse from now on"), default=False)
    """Whether touchpoints of the same handles are refused from now on."""
    salt = models.CharField(max_length=32)
    digests = models.JSONField(default=list)
    """SHA-256 of the salt and each handle."""
    counts = models.JSONField(default=dict)
    """{part: how many went}, of the parts that are done."""
    whom = models.JSONField(null=True, blank=True)
    """The trails and handles, as long as something is still to be done; then nothing."""
    trouble = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")

    def __str__(self) -> str:
        return str(self.pk)


class Suppression(models.Model):
    """A handle that may not come back: what arrives of it is refused, and not kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    """Keyed hash of the handle; the key is made from the install's secret."""
    since = models.DateTimeField(_("since"))
    receipt = models.ForeignKey(Receipt, models.CASCADE, related_name="suppressions")

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")

    def __str__(self) -> str:
        return self.digest
