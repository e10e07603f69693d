"""Every address that Django answers. The raw ASGI paths stand in asgi.py."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.module_loading import module_has_submodule
from django.views.generic import RedirectView
from wagtail.admin import urls as wagtailadmin_urls

from jejak.api.frame import unknown
from jejak.backoffice.views import Home, favicon
from jejak.project.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="wagtailadmin_home")),
    path("favicon.ico", favicon),
    path("app/", Home.as_view()),
    path("app/", include("jejak.backoffice.urls")),
    path("app/", include(wagtailadmin_urls)),
    path("api/v1/", api.urls),
    re_path(r"^api(?:/.*)?$", unknown),
    # What customers and programs ask for without logging in stands in a feature's public_urls.py.
    *(
        path("", include(f"{config.name}.public_urls"))
        for config in apps.get_app_configs()
        if config.name.startswith("jejak.features.") and module_has_submodule(config.module, "public_urls")
    ),
]
