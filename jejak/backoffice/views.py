"""Pages of the frame itself: home, settings, search, preferences, and the components."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views import View
from wagtail.users.models import UserProfile

from jejak.backoffice import menu, slots
from jejak.backoffice.examples import examples
from jejak.backoffice.frame import AdminPage


def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers, which ask for this name unasked, to the icon."""
    return redirect(static("backoffice/img/favicon.svg"))


class Home(AdminPage):
    """What matters today: the cards that features bring."""

    template_name = "backoffice/home.html"

    def get_title(self) -> str:
        name = getattr(self.request.user, "first_name", "") or self.request.user.get_username()
        return greeting(timezone.localtime(), name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cards = slots.fill("home.cards", self.request)
        return super().get_context_data(cards=cards, **kwargs)


class Settings(AdminPage):
    """Everything that is set once, as cards."""

    title = _("Settings")
    icon = "gear-six"
    template_name = "backoffice/settings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(entries=menu.entries("settings", self.request), **kwargs)


class Components(AdminPage):
    """Every component and every chart, for those who build pages. Only with JEJAK_DEBUG=1."""

    title = _("Components")
    subtitle = _("Everything that pages are built from. The numbers are made up.")
    icon = "palette"
    template_name = "backoffice/components.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not settings.DEBUG:
            raise Http404
        return super().get_context_data(**examples(), **kwargs)


class Preferences(AdminPage):
    """Takes a theme or a language from the account menu, and goes back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        profile = UserProfile.get_for_user(request.user)
        if (theme := request.POST.get("theme")) in UserProfile.AdminColorThemes.values:
            profile.theme = theme
        if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
            profile.preferred_language = language
        profile.save(update_fields=["theme", "preferred_language"])
        return redirect(_inside(request, request.POST.get("next", "")))


class Language(View):
    """Keeps the language that somebody chose on the login page, in a cookie."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponseRedirect(_inside(request, request.POST.get("next", "")))
        if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86_400, samesite="Lax")
        return response


class Search(AdminPage):
    """Sends the sidebar's search on to whoever searches people."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            url = reverse("profiles:search")
        except NoReverseMatch:
            url = reverse("wagtailadmin_home")
        return redirect(f"{url}?{urlencode({'q': request.GET.get('q', '')})}")


def greeting(now: datetime, name: str) -> str:
    """Greet by the time of day, as each language divides it."""
    parts = {
        "morning": pgettext("greeting until 11", "Good morning, %(name)s"),
        "midday": pgettext("greeting from 11 to 15", "Good day, %(name)s"),
        "afternoon": pgettext("greeting from 15 to 18:30", "Good afternoon, %(name)s"),
        "evening": pgettext("greeting after 18:30", "Good evening, %(name)s"),
    }
    minutes = now.hour * 60 + now.minute
    if minutes < 4 * 60 or minutes >= 18 * 60 + 30:
        part = "evening"
    elif minutes < 11 * 60:
        part = "morning"
    elif minutes < 15 * 60:
        part = "midday"
    else:
        part = "afternoon"
    return parts[part] % {"name": name}


def _inside(request: HttpRequest, url: str) -> str:
    """The address to go back to, unless it leads out of here."""
    safe = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if safe else reverse("wagtailadmin_home")
