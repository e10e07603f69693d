"""Addresses of the people, under /app/people/."""

from django.urls import path

from jejak.features.profiles import views

app_name = "profiles"
urlpatterns = [
    path("", views.People.as_view(), name="people"),
    path("search/", views.Search.as_view(), name="search"),
    path("<int:person_id>/", views.Person.as_view(), name="person"),
    path("<int:person_id>/said/", views.Said.as_view(), name="said"),
]
