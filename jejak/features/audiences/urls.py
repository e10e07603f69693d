"""Addresses of audiences, under /app/audiences/."""

from django.urls import path

from jejak.features.audiences import views

app_name = "audiences"
urlpatterns = [
    path("", views.Audiences.as_view(), name="audiences"),
    path("new/", views.Build.as_view(), name="new"),
    path("new/list/", views.MakeList.as_view(), name="new_list"),
    path("ready/<slug:key>/", views.MakeReady.as_view(), name="ready"),
    path("blocks/", views.Blocks.as_view(), name="blocks"),
    path("live/", views.Live.as_view(), name="live"),
    path("overlap/", views.Overlap.as_view(), name="overlap"),
    path("<int:audience_id>/", views.One.as_view(), name="audience"),
    path("<int:audience_id>/change/", views.Build.as_view(), name="change"),
    path("<int:audience_id>/archive/", views.Archive.as_view(), name="archive"),
    path("<int:audience_id>/snapshot/", views.Snapshot.as_view(), name="snapshot"),
    path("<int:audience_id>/upload/", views.UploadList.as_view(), name="upload"),
    path("<int:audience_id>/export/", views.Export.as_view(), name="export"),
    path("<int:audience_id>/why/<int:person_id>/", views.Why.as_view(), name="why"),
    path("<int:audience_id>/off/<int:person_id>/", views.TakeOff.as_view(), name="take_off"),
]
