"""Addresses of the capture pages, under /app/capture/."""

from django.urls import path

from jejak.features.capture import views

app_name = "capture"
urlpatterns = [
    path("", views.Live.as_view(), name="live"),
    path("refused/", views.Refused.as_view(), name="refused"),
    path("refused/replay/", views.Replay.as_view(), name="replay"),
    path("sources/", views.Sources.as_view(), name="sources"),
    path("sources/add/", views.AddSource.as_view(), name="add_source"),
    path("sources/<int:source_id>/", views.EditSource.as_view(), name="source"),
    path("sources/<int:source_id>/revoke/", views.RevokeSource.as_view(), name="revoke_source"),
    path("sources/<int:source_id>/secret/", views.RenewSecret.as_view(), name="renew_secret"),
    path("touchpoints/", views.Touchpoints.as_view(), name="touchpoints"),
    path("touchpoints/<int:definition_id>/", views.Define.as_view(), name="define"),
]
