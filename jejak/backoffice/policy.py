"""What a page may load and run: our own files, and nothing written into the page."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",  # ECharts and Wagtail set styles on elements.
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
# Wagtail writes scripts into these pages of its own (lists of forms, choosers of many).
_LOOSE = ("/app/pages/", "/app/snippets/", "/app/groups/")


class ContentSecurityPolicy:
    """Middleware: says it on every HTML page that does not say its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Django's page about an error, with JEJAK_DEBUG=1, has its scripts within.
        broken = settings.DEBUG and response.status_code >= 500
        if response.headers.get("Content-Type", "").startswith("text/html") and not broken:
            loose = request.path.startswith(_LOOSE)
            response.headers.setdefault("Content-Security-Policy", policy(inline_scripts=loose))
        return response


def policy(*, inline_scripts: bool = False, framed_anywhere: bool = False) -> str:
    """Return the policy as a header's value. framed_anywhere: other sites may show the page within theirs."""
    parts = _POLICY | ({"script-src": "'self' 'unsafe-inline'"} if inline_scripts else {})
    if framed_anywhere:
        parts |= {"frame-ancestors": "*"}
    return "; ".join(f"{name} {value}" for name, value in parts.items())
