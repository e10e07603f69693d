"""Addresses of the people, under /app/people/."""

from django.urls import path

from jejak.features.profiles import changing, leaving, views, writing

app_name = "profiles"
urlpatterns = [
    path("search/", views.Search.as_view(), name="search"),
    path("<int:person_id>/", views.Person.as_view(), name="person"),
    path("<int:person_id>/said/", views.Said.as_view(), name="said"),
    path("<int:person_id>/inside/", views.Inside.as_view(), name="inside"),
    path("<int:person_id>/story/", views.Story.as_view(), name="story"),
    path("<int:person_id>/change/", changing.Change.as_view(), name="change"),
    path("<int:person_id>/consent/", changing.Consent.as_view(), name="consent"),
    path("<int:person_id>/write/", writing.Write.as_view(), name="write"),
    path("<int:person_id>/export/", leaving.Export.as_view(), name="export"),
    path("<int:person_id>/forget/", leaving.Forget.as_view(), name="forget"),
    path("forgotten/", leaving.Receipts.as_view(), name="receipts"),
    path("forgotten/<uuid:receipt_id>/", leaving.OneReceipt.as_view(), name="receipt"),
]
