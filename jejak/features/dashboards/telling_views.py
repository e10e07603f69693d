"""The pages of telling: how somebody is told, digests, own alerts, webhooks, and leaving a digest by its link."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from jejak import measures
from jejak.backoffice.frame import AdminPage
from jejak.channels import letters
from jejak.channels.models import Letter
from jejak.common import outgoing
from jejak.features.dashboards import actions, digesting
from jejak.features.dashboards.models import Digest, Hook, Rule, Told
from jejak.staff import clocks
from jejak.staff.models import User


class ToldForm(forms.ModelForm[Told]):
    """How somebody is told."""

    class Meta:
        model = Told
        fields = ("least", "quiet_from", "quiet_until")
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if (said.get("quiet_from") is None) != (said.get("quiet_until") is None):
            self.add_error("quiet_until", _("Say both times, or neither."))
        return said


class DigestForm(forms.ModelForm[Digest]):
    """When a dashboard is sent, and to whom. Only staff get it: what it shows stays in the house."""

    hour = forms.TypedChoiceField(
        label=gettext_lazy("At"), coerce=int, choices=[(hour, f"{hour:02d}:00") for hour in range(24)]
    )

    class Meta:
        model = Digest
        fields = ("dashboard", "every", "weekday", "hour", "zone", "told_to", "hook")
        widgets = {"told_to": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["dashboard"].queryset = actions.seen_by(user)
        fields["told_to"].queryset = (
            User.objects.filter(is_active=True).exclude(email="").order_by("username")
        )
        fields["hook"].queryset = Hook.objects.filter(is_on=True)
        if not self.instance.pk:
            self.initial.update(zone=str(clocks.zone_of(user)), told_to=[user.pk], hour=7)

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"])
        if zone not in available_timezones():
            raise forms.ValidationError(
                _("“%(zone)s” is no time zone such as Asia/Jakarta."), params={"zone": zone}
            )
        return zone

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        board = said.get("dashboard")
        for user in said.get("told_to") or ():
            if board and not (board.is_shared or board.owner_id == user.pk):
                self.add_error(
                    "told_to", _("Share the dashboard first: %(name)s cannot read it.") % {"name": user}
                )
        if not said.get("told_to") and not said.get("hook"):
            self.add_error("told_to", _("Choose who gets it."))
        return said


class RuleForm(forms.ModelForm[Rule]):
    """An own alert."""

    measure = forms.ChoiceField(label=gettext_lazy("Number"))
    channel = forms.CharField(label=gettext_lazy("Channel"), required=False, max_length=60)
    place = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=120)
    touchpoint = forms.CharField(label=gettext_lazy("Touchpoint"), required=False, max_length=120)

    class Meta:
        model = Rule
        fields = ("name", "measure", "how", "limit", "days", "told_to", "hook", "is_on")
        widgets = {"told_to": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["measure"].choices = [(one.key, str(one.title)) for one in measures.listed()]
        fields["told_to"].queryset = (
            User.objects.filter(is_active=True).exclude(email="").order_by("username")
        )
        fields["hook"].queryset = Hook.objects.filter(is_on=True)
        fields["days"].min_value = 1
        held = self.instance.filters or {}
        fields["channel"].initial, fields["place"].initial = held.get("channel", ""), held.get("place", "")
        fields["touchpoint"].initial = held.get("name", "")
        if not self.instance.pk:
            self.initial["told_to"] = [user.pk]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("how") != Rule.How.BAND and said.get("limit") is None:
            self.add_error("limit", _("Say the limit."))
        if not 1 <= (said.get("days") or 0) <= 366:
            self.add_error("days", _("From 1 to 366."))
        return said

    def save(self, commit: bool = True) -> Rule:
        said = self.cleaned_data
        words = {"channel": said["channel"], "place": said["place"], "name": said["touchpoint"]}
        self.instance.filters = {key: word for key, word in words.items() if word}
        return super().save(commit)


class HookForm(forms.ModelForm[Hook]):
    """An address of another system."""

    url = forms.URLField(label=gettext_lazy("Address"), max_length=500, assume_scheme="https")

    class Meta:
        model = Hook
        fields = ("name", "url", "with_alerts", "is_on")

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            outgoing.check(url)
        except outgoing.NotOutside:
            raise forms.ValidationError(
                _("This address lies inside the network, and may not be called.")
            ) from None
        except OSError:
            raise forms.ValidationError(_("This name leads nowhere.")) from None
        return url


class Telling(AdminPage):
    """How somebody is told, and everything that tells."""

    title = gettext_lazy("Telling")
    subtitle = gettext_lazy("What comes to you by itself: alerts, digests, and calls of other systems.")
    icon = "paper-plane-tilt"
    permission = "dashboards.view_alert"
    template_name = "dashboards/telling.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        prefs, _made = Told.objects.get_or_create(user=user)
        form = ToldForm(request.POST, instance=prefs)
        if form.is_valid():
            form.save()
            return HttpResponseRedirect(reverse("dashboards:telling"))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        prefs = Told.objects.filter(user=user).first()
        mine = Q() if user.is_superuser else Q(owner=user)
        waiting = Letter.objects.exclude(state__in=["sent"]).exclude(trouble="").order_by("-queued_at")
        if not user.is_superuser:
            waiting = waiting.filter(user=user)
        own = {
            "form": ToldForm(instance=prefs or Told(user=user)),
            "zone": clocks.zone_of(user),
            "digests": Digest.objects.filter(mine | Q(told_to=user)).select_related("dashboard").distinct(),
            "rules": Rule.objects.filter(mine | Q(told_to=user)).distinct(),
            "hooks": Hook.objects.filter(mine) if user.has_perm("dashboards.add_hook") else [],
            "waiting": waiting[:10],
            "can_mail": letters.can_mail(),
            "has_address": bool(user.email),
        }
        return super().get_context_data(**(own | kwargs))


class _Form(AdminPage):
    """A form that makes or changes one of them; only who made it, or an administrator, changes it."""

    template_name = "dashboards/telling_form.html"
    icon = "paper-plane-tilt"
    form_class: Any
    wagtail_assets = False

    def get_back(self) -> Any:
        return reverse("dashboards:telling"), _("Telling")

    def _instance(self) -> Any:
        pk = self.kwargs.get("pk")
        model = self.form_class.Meta.model
        if pk is None:
            return model()
        held = get_object_or_404(model, pk=pk)
        user: Any = self.request.user
        if held.owner_id != user.pk and not user.is_superuser:
            raise PermissionDenied
        return held

    def _form(self, *args: Any) -> Any:
        more = {} if self.form_class is HookForm else {"user": self.request.user}
        return self.form_class(*args, instance=self._instance(), **more)

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        held = self._instance()
        if "delete" in request.POST and held.pk:
            held.delete()
            return HttpResponseRedirect(reverse("dashboards:telling"))
        form = self._form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        made = form.save(commit=False)
        now = datetime.now(UTC)
        if not made.pk:
            made.owner = request.user
            made.made_at = now
        if isinstance(made, Digest):
            made.next_at = digesting.next_at(made, after=now)
        made.save()
        if hasattr(form, "save_m2m"):
            form.save_m2m()
        return HttpResponseRedirect(reverse("dashboards:telling"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = kwargs.get("form") or self._form()
        secret = ""
        if isinstance(held.instance, Hook) and held.instance.pk:
            secret = letters.secret(digesting.signed_as(held.instance))
        own = {"form": held, "exists": bool(held.instance.pk), "secret": secret}
        return super().get_context_data(**(own | kwargs))


class DigestPage(_Form):
    """A digest."""

    title = gettext_lazy("A dashboard by e-mail")
    permission = "dashboards.add_digest"
    form_class = DigestForm

    def _form(self, *args: Any) -> Any:
        form = super()._form(*args)
        if given := self.request.GET.get("dashboard", ""):
            form.initial.setdefault("dashboard", given)
        return form


class RulePage(_Form):
    """An own alert."""

    title = gettext_lazy("An alert of your own")
    permission = "dashboards.add_rule"
    form_class = RuleForm


class HookPage(_Form):
    """A webhook."""

    title = gettext_lazy("A webhook")
    permission = "dashboards.add_hook"
    form_class = HookForm


# A mail program calls it by itself (RFC 8058), without our cookie: the signed address is the proof.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether somebody wants a digest no more, or take them off it."""
    try:
        digest, _user = digesting.stopped_by(token)
        if request.method == "POST":
            digesting.stop(token)
    except digesting.NoSuchDigest:
        raise Http404 from None
    context = {"name": digest.dashboard.name, "done": request.method == "POST", "base": settings.BASE_URL}
    return render(request, "dashboards/stop.html", context)
