"""Forms of tasks and meetings. What they hold goes on to the records, which check it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jejak.features.agenda.models import Meeting, Task
from jejak.staff.models import User

REMINDERS = [
    ("", _("No reminder")),
    ("0", _("When it is time")),
    ("10", _("10 minutes before")),
    ("30", _("30 minutes before")),
    ("60", _("1 hour before")),
    ("1440", _("1 day before")),
]


class _Moment(forms.DateTimeInput):
    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, datetime):
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            return local.strftime("%Y-%m-%dT%H:%M")
        return value or None


class _Colleague(forms.ModelChoiceField[User]):
    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


def colleagues() -> Any:
    """Return the staff who can be given something."""
    return User.objects.filter(is_active=True).order_by("first_name", "username")


def _reminder(held: int | None) -> list[tuple[str, Any]]:
    # An import or the API may have said another number of minutes.
    known = {key for key, _label in REMINDERS}
    extra = (
        [] if held is None or str(held) in known else [(str(held), _("%(n)s minutes before") % {"n": held})]
    )
    return [*REMINDERS, *extra]


class TaskForm(forms.Form):
    """A task as its page shows it."""

    title = forms.CharField(label=_("Title"), max_length=200)
    due_at = forms.DateTimeField(label=_("Due"), required=False, widget=_Moment())
    owner = _Colleague(label=_("Owner"), queryset=User.objects.none(), required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=Task.Priority.choices)
    remind_minutes = forms.ChoiceField(label=_("Reminder"), choices=REMINDERS, required=False)
    repeat = forms.ChoiceField(label=_("Repeats"), choices=Task.Repeat.choices, required=False)
    text = forms.CharField(
        label=_("Text"), widget=forms.Textarea(attrs={"rows": 4}), required=False, max_length=20_000
    )

    def __init__(self, *args: Any, reminder: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()  # type: ignore[attr-defined]
        self.fields["remind_minutes"].choices = _reminder(reminder)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what was said, as records take it."""
        said = self.cleaned_data
        return {
            **{key: said[key] or None for key in ("title", "priority", "repeat", "text", "remind_minutes")},
            "due_at": said["due_at"].isoformat() if said["due_at"] else None,
            "owner": said["owner"].pk if said["owner"] else None,
        }


class MeetingForm(forms.Form):
    """A meeting as it is planned and changed."""

    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Meeting.Kind.choices)
    starts_at = forms.DateTimeField(label=_("Begins"), widget=_Moment())
    ends_at = forms.DateTimeField(
        label=_("Ends"), widget=_Moment(), required=False, help_text=_("An hour later, where left empty.")
    )
    is_all_day = forms.BooleanField(label=_("All day"), required=False)
    place = forms.CharField(label=_("Place"), max_length=400, required=False)
    link = forms.CharField(label=_("Link"), max_length=1000, required=False)
    owner = _Colleague(label=_("Owner"), queryset=User.objects.none(), required=False)
    remind_minutes = forms.ChoiceField(label=_("Reminder"), choices=REMINDERS, required=False)
    text = forms.CharField(
        label=_("Text"), widget=forms.Textarea(attrs={"rows": 4}), required=False, max_length=20_000
    )

    def __init__(self, *args: Any, reminder: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()  # type: ignore[attr-defined]
        self.fields["remind_minutes"].choices = _reminder(reminder)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what was said, as records take it. A whole day lasts from midnight to midnight."""
        said = self.cleaned_data
        starts, ends = said["starts_at"], said["ends_at"]
        if said["is_all_day"]:
            starts = timezone.localtime(starts).replace(hour=0, minute=0)
            last = timezone.localtime(ends or starts).replace(hour=0, minute=0)
            ends = max(last, starts) + timedelta(days=1)
        plain = ("title", "kind", "place", "link", "text", "remind_minutes")
        return {
            **{key: said[key] or None for key in plain},
            "is_all_day": said["is_all_day"],
            "starts_at": starts.isoformat(),
            "ends_at": ends.isoformat() if ends else None,
            "owner": said["owner"].pk if said["owner"] else None,
        }
