"""The addresses of duplicates, under /app/people/duplicates/."""

from django.urls import path

from jejak.features.duplicates import views

app_name = "duplicates"
urlpatterns = [path("", views.Duplicates.as_view(), name="duplicates")]
