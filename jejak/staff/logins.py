"""Keeps those away who try passwords, and writes into the audit log who logged in and out, and who could not."""

import hashlib
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

from jejak.common.addresses import house_of
from jejak.staff import audit
from jejak.staff.models import User

_MOST_OF_ONE = 10
_MOST_OF_ALL = 50
_REMEMBERED_SECONDS = 15 * 60


class Patience(ModelBackend):
    """Lets nobody in, right password or not, who tried too many wrong ones of late from where they are.

    Counted by address, so that nobody locks others out, whose names are known.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **given: Any,
    ) -> User | None:
        """Return who it is. Raises PermissionDenied where they are to wait."""
        if request is not None:
            of_one, of_all = _counted(request, username)
            if cache.get(of_one, 0) >= _MOST_OF_ONE or cache.get(of_all, 0) >= _MOST_OF_ALL:
                raise PermissionDenied
        found = super().authenticate(request, username=username, password=password, **given)
        return found if isinstance(found, User) else None


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
    if request is not None:
        for key in _counted(request, credentials.get("username")):
            cache.add(key, 0, timeout=_REMEMBERED_SECONDS)
            cache.incr(key)
    # Only a name that is known: people type passwords and other people's names into this field.
    name = str(credentials.get("username") or "")[:150]
    known = User.objects.filter(username=name).first() if name else None
    record_id, by_name = (known.pk, known.username) if known else ("", "")
    audit.note(request, audit.LOGIN_FAILED, kind="staff", record_id=record_id, by_name=by_name)


def _counted(request: HttpRequest, username: object) -> tuple[str, str]:
    """Return under what failures are counted: of one name from one house, and of all names from there."""
    house = house_of(request)
    name = hashlib.sha256(str(username or "").casefold().encode(errors="replace")).hexdigest()[:32]
    return f"login:{house}:{name}", f"login:{house}"
