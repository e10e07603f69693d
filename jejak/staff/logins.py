"""Writes into the audit log who logged in and out, and who could not."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from jejak.staff import audit
from jejak.staff.models import User


@receiver(user_logged_in)
def _logged_in(request: HttpRequest, user: User, **_signal: Any) -> None:
    request.user = user
    audit.note(request, audit.LOGGED_IN, kind="staff", record_id=user.pk, title=user.get_username())


@receiver(user_logged_out)
def _logged_out(request: HttpRequest, user: User | None, **_signal: Any) -> None:
    if user is not None:
        audit.note(request, audit.LOGGED_OUT, kind="staff", record_id=user.pk, title=user.get_username())


@receiver(user_login_failed)
def _login_failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_signal: Any) -> None:
    # Only a name that is known: people type passwords and other people's names into this field.
    name = str(credentials.get("username") or "")[:150]
    known = User.objects.filter(username=name).first() if name else None
    record_id, by_name = (known.pk, known.username) if known else ("", "")
    audit.note(request, audit.LOGIN_FAILED, kind="staff", record_id=record_id, by_name=by_name)
