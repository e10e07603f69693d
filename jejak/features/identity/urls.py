"""Addresses of who is who, under /app/people/."""

from django.urls import path

from jejak.features.identity import views

app_name = "identity"
urlpatterns = [
    path("<int:person_id>/merge/", views.MergePeople.as_view(), name="merge"),
    path("<int:person_id>/why/", views.Why.as_view(), name="why"),
    path("suggestions/", views.Suggestions.as_view(), name="suggestions"),
    path("shared/", views.Shared.as_view(), name="shared"),
]
