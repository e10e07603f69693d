"""The audit log: who saw and changed personal data, who logged in, who may do what since when.

    audit.note(request, audit.SAW, kind="person", record_id=person.pk, title=str(person))
    audit.note(request, audit.CHANGED, kind="deal", record_id=deal.pk, title=deal.name, detail={"fields": ["stage"]})
    audit.note(None, audit.FORGOT, kind="person", record_id=7, by_name="jejak forget")

Detail names fields, counts and reasons; what stood in a field before and after is in the record's own journal.

What was seen must not make a page slow, and must not wait for SQLite's one writer: the server gathers it and
writes it each second (`start()`); killed at once, it loses what was seen in that second. Everything else is
written where it happens, in the transaction of the change: the change and its entry are there, or neither.
"""

import ipaddress
import logging
import threading
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from jejak.common.addresses import address_of
from jejak.staff.models import AuditEntry, User

SAW = "saw"
SEARCHED = "searched"
ADDED = "added"
CHANGED = "changed"
DELETED = "deleted"
EXPORTED = "exported"
IMPORTED = "imported"
MERGED = "merged"
UNMERGED = "unmerged"
FORGOT = "forgot"
SENT = "sent"
UNDID = "undid"
LOGGED_IN = "logged in"
LOGGED_OUT = "logged out"
LOGIN_FAILED = "login failed"
ROLE_CHANGED = "role changed"
PASSWORD_CHANGED = "password changed"
TOKEN_MADE = "token made"
TOKEN_REVOKED = "token revoked"

VERBS: dict[str, Promise] = {
    SAW: pgettext_lazy("audit log", "saw"),
    SEARCHED: pgettext_lazy("audit log", "searched"),
    ADDED: pgettext_lazy("audit log", "added"),
    CHANGED: pgettext_lazy("audit log", "changed"),
    DELETED: pgettext_lazy("audit log", "deleted"),
    EXPORTED: pgettext_lazy("audit log", "exported"),
    IMPORTED: pgettext_lazy("audit log", "imported"),
    MERGED: pgettext_lazy("audit log", "merged"),
    UNMERGED: pgettext_lazy("audit log", "unmerged"),
    FORGOT: pgettext_lazy("audit log", "forgot"),
    SENT: pgettext_lazy("audit log", "sent a message to"),
    UNDID: pgettext_lazy("audit log", "undid"),
    LOGGED_IN: pgettext_lazy("audit log", "logged in"),
    LOGGED_OUT: pgettext_lazy("audit log", "logged out"),
    LOGIN_FAILED: pgettext_lazy("audit log", "login failed"),
    ROLE_CHANGED: pgettext_lazy("audit log", "role changed"),
    PASSWORD_CHANGED: pgettext_lazy("audit log", "password changed"),
    TOKEN_MADE: pgettext_lazy("audit log", "token made"),
    TOKEN_REVOKED: pgettext_lazy("audit log", "token revoked"),
}

KINDS: dict[str, Promise] = {
    "person": pgettext_lazy("audit log", "person"),
    "company": pgettext_lazy("audit log", "company"),
    "deal": pgettext_lazy("audit log", "deal"),
    "product": pgettext_lazy("audit log", "product"),
    "task": pgettext_lazy("audit log", "task"),
    "meeting": pgettext_lazy("audit log", "meeting"),
    "note": pgettext_lazy("audit log", "note"),
    "dashboard": pgettext_lazy("audit log", "dashboard"),
    "calendar": pgettext_lazy("audit log", "calendar"),
    "source": pgettext_lazy("audit log", "source"),
    "import": pgettext_lazy("audit log", "import"),
    "token": pgettext_lazy("audit log", "token"),
    "staff": pgettext_lazy("audit log", "staff"),
    "role": pgettext_lazy("audit log", "role"),
    "team": pgettext_lazy("audit log", "team"),
    "shared handle": pgettext_lazy("audit log", "shared handle"),
    "audit log": pgettext_lazy("audit log", "audit log"),
    "demo": pgettext_lazy("audit log", "demo"),
    "annotation": pgettext_lazy("audit log", "annotation"),
    "embedding": pgettext_lazy("audit log", "embedding"),
}
"""What entries are about. An own object has its own key."""

DETAILS: dict[str, Promise] = {
    "fields": pgettext_lazy("audit log", "fields"),
    "searched": pgettext_lazy("audit log", "searched"),
    "filters": pgettext_lazy("audit log", "filters"),
    "records": pgettext_lazy("audit log", "records"),
    "people": pgettext_lazy("audit log", "people"),
    "added": pgettext_lazy("audit log", "added"),
    "changed": pgettext_lazy("audit log", "changed"),
    "restored": pgettext_lazy("audit log", "restored"),
    "given": pgettext_lazy("audit log", "given"),
    "taken": pgettext_lazy("audit log", "taken"),
    "roles": pgettext_lazy("audit log", "roles"),
    "administrator": pgettext_lazy("audit log", "administrator"),
    "active": pgettext_lazy("audit log", "active"),
    "teams": pgettext_lazy("audit log", "teams"),
    "sees": pgettext_lazy("audit log", "sees"),
    "scopes": pgettext_lazy("audit log", "scopes"),
    "for": pgettext_lazy("audit log", "for"),
    "action": pgettext_lazy("audit log", "action"),
    "channel": pgettext_lazy("audit log", "channel"),
    "identity": pgettext_lazy("audit log", "identity"),
    "format": pgettext_lazy("audit log", "format"),
    "answers": pgettext_lazy("audit log", "answers"),
    "receipt": pgettext_lazy("audit log", "receipt"),
    "change": pgettext_lazy("audit log", "change"),
    "work": pgettext_lazy("audit log", "work"),
    "lead": pgettext_lazy("audit log", "lead"),
}
"""What entries tell beside it."""
_SEEING = frozenset({SAW, SEARCHED})
_EACH_SECONDS = 1.0
_PURGED_EACH = timedelta(days=1)
_MOST_WAITING = 10_000
_DELETED_AT_ONCE = 5_000

log = logging.getLogger(__name__)


class UnknownVerb(Exception):
    """The audit log has a small vocabulary, so that it can be searched: see VERBS."""


def note(
    by: HttpRequest | User | None,
    verb: str,
    *,
    kind: str = "",
    record_id: object = "",
    title: str = "",
    detail: dict[str, Any] | None = None,
    by_name: str = "",
    now: datetime | None = None,
) -> None:
    """Write a line. by: the request, which also knows the token and the address; or a user; or None for a program.

    title: what people call the record; `forget()` takes it away. Raises UnknownVerb.
    """
    if verb not in VERBS:
        raise UnknownVerb(verb)
    user: Any = getattr(by, "user", None) if isinstance(by, HttpRequest) else by
    user_id = user.pk if user is not None and user.is_authenticated else None
    token = getattr(by, "token", None)
    entry = AuditEntry(
        at=now or datetime.now(UTC),
        by_id=user_id,
        by_name=by_name or (user.get_username()[:150] if user_id else ""),
        by_token=token.name if token else "",
        verb=verb,
        kind=kind,
        record_id=str(record_id)[:64],
        title=title[:200],
        detail=detail or {},
        address=_address(by) if isinstance(by, HttpRequest) else "",
    )
    if verb in _SEEING and _queue.running:
        _queue.put(entry)
    else:
        entry.save(force_insert=True)


def forget(*, kind: str, record_ids: Iterable[object]) -> int:
    """Take the titles of these records out of the log: that somebody saw them stays, who they were goes.

    Returns of how many lines.
    """
    flush()
    ids = [str(record_id) for record_id in record_ids]
    return AuditEntry.objects.filter(kind=kind, record_id__in=ids).exclude(title="").update(title="")


def purge(*, now: datetime) -> int:
    """Delete what is older than JEJAK_AUDIT_DAYS, in steps that hold nobody up. Returns how many lines went."""
    before = now - timedelta(days=settings.AUDIT_DAYS)
    gone = 0
    while ids := list(
        AuditEntry.objects.filter(at__lt=before).values_list("pk", flat=True)[:_DELETED_AT_ONCE]
    ):
        gone += AuditEntry.objects.filter(pk__in=ids).delete()[0]
    return gone


def start() -> None:
    """Gather what is seen and write it each second, from now on, and purge once a day. For who serves."""
    _queue.start()


def stop() -> None:
    """Write what waits, and write each line at once from now on."""
    _queue.stop()


def flush() -> None:
    """Write what waits."""
    _queue.flush()


class _Queue:
    """What was seen and is not written yet."""

    def __init__(self) -> None:
        self.running = False
        self._waiting: deque[AuditEntry] = deque()
        self._writing = threading.Lock()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def put(self, entry: AuditEntry) -> None:
        self._waiting.append(entry)
        if len(self._waiting) > _MOST_WAITING:
            self.flush()  # The database was away for long: whoever looks now waits for it.

    def start(self) -> None:
        if self._thread is not None:
            return
        self._end.clear()
        self.running = True
        self._thread = threading.Thread(target=self._run, name="jejak-audit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.running = False
        if self._thread is not None:
            self._end.set()
            self._thread.join()
            self._thread = None
        self.flush()

    def flush(self) -> None:
        with self._writing:
            entries = []
            while self._waiting:
                entries.append(self._waiting.popleft())
            if not entries:
                return
            try:
                AuditEntry.objects.bulk_create(entries, batch_size=500)
            except DatabaseError:
                self._waiting.extendleft(reversed(entries))
                raise

    def _run(self) -> None:
        purged_at = datetime.min.replace(tzinfo=UTC)
        try:
            while not self._end.wait(_EACH_SECONDS):
                try:
                    self.flush()
                    if (now := datetime.now(UTC)) - purged_at > _PURGED_EACH:
                        purged_at = now
                        purge(now=now)
                except DatabaseError as error:
                    log.warning("What was seen cannot be written yet: %s", type(error).__name__)
                    connection.close()
        finally:
            connection.close()


_queue = _Queue()


def _address(request: HttpRequest) -> str:
    """Return where a request came from, without its last part unless JEJAK_KEEP_IP is on."""
    address = address_of(request)
    if address is None:
        return ""
    if settings.KEEP_IP:
        return str(address)
    kept_bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{kept_bits}", strict=False).network_address)
