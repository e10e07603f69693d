"""Who is told of an alert, and when: by e-mail outside of their quiet hours, and other systems at once."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from jejak.channels import letters
from jejak.features.dashboards import alert_words, digesting
from jejak.features.dashboards.models import Alert, Hook, Mute, Told
from jejak.staff import clocks
from jejak.staff.models import User


def tell(alert: Alert, *, now: datetime) -> int:
    """Tell everybody who wants to know, each once, and return how many. Nobody where the subject is muted."""
    if Mute.objects.filter(subject=alert.subject, until_at__gt=now).exists():
        return 0
    told = 0
    for user, prefs in _readers(alert):
        due_at = clocks.may_tell_at(
            now,
            quiet_from=prefs.quiet_from if prefs else None,
            quiet_until=prefs.quiet_until if prefs else None,
            zone=clocks.zone_of(user),
        )
        told += _mail(alert, user, now=now, due_at=due_at)
    for hook in _hooks(alert):
        body = {"type": "alert", "link": link(alert), **alert_words.as_json(alert)}
        told += letters.call(
            key=f"alert.{alert.pk}.hook.{hook.pk}",
            url=hook.url,
            body=body,
            signed_as=digesting.signed_as(hook),
            now=now,
        )
    return told


def link(alert: Alert) -> str:
    """Return the address of an alert's page."""
    return settings.BASE_URL.rstrip("/") + reverse("dashboards:alert", args=[alert.pk])


def _readers(alert: Alert) -> Iterable[tuple[User, Told | None]]:
    if alert.rule is not None:
        users = list(alert.rule.told_to.filter(is_active=True))
        prefs = {one.user_id: one for one in Told.objects.filter(user__in=users)}
        found = [(user, prefs.get(user.pk)) for user in users]
    else:
        wanted = [Told.Least.ALL]
        if alert.severity == Alert.Severity.SERIOUS:
            wanted.append(Told.Least.SERIOUS)
        held = Told.objects.filter(least__in=wanted, user__is_active=True).select_related("user")
        found = [(one.user, one) for one in held]
    return [(user, prefs) for user, prefs in found if user.has_perm("dashboards.view_alert")]


def _hooks(alert: Alert) -> list[Hook]:
    if alert.rule is not None:
        return [alert.rule.hook] if alert.rule.hook is not None and alert.rule.hook.is_on else []
    if alert.severity != Alert.Severity.SERIOUS:
        return []
    return list(Hook.objects.filter(is_on=True, with_alerts=True))


def _mail(alert: Alert, user: User, *, now: datetime, due_at: datetime) -> bool:
    with translation.override(clocks.language_of(user)), timezone.override(clocks.zone_of(user)):
        said = alert_words.said(alert)
        what = " · ".join(part for part in (said.title, said.where) if part)
        lines = [
            what,
            f"{alert.get_severity_display()}: {said.sentence} {said.when}",
            "",
            _("Where it changed, and who is behind it:") + " " + link(alert),
            "",
            _("Which alerts reach you, and when, you choose here:")
            + " "
            + settings.BASE_URL.rstrip("/")
            + reverse("dashboards:telling"),
        ]
        return letters.write(
            key=f"alert.{alert.pk}.{user.pk}",
            user=user,
            subject=_("Alert: %(what)s") % {"what": what},
            text="\n".join(lines),
            now=now,
            due_at=due_at,
        )
