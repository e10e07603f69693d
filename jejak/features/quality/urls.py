"""Addresses of the quality of records, under /app/quality/."""

from django.urls import path

from jejak.features.quality import views

app_name = "quality"
urlpatterns = [
    path("", views.Overview.as_view(), name="overview"),
    path("<slug:kind>/", views.Overview.as_view(), name="kind"),
    path("<slug:kind>/list/", views.WorkList.as_view(), name="work"),
    path("<slug:kind>/check/", views.CheckNow.as_view(), name="check"),
    path("finding/<int:finding_id>/", views.Aside.as_view(), name="aside"),
]
