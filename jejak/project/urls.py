"""Every address that Django answers. The raw ASGI paths stand in asgi.py."""

from django.urls import URLPattern, URLResolver, include, path
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("app/", include(wagtailadmin_urls)),
]
