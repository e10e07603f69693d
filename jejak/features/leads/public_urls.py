"""What customers open without logging in."""

from django.urls import path

from jejak.features.leads import views

urlpatterns = [path("f/<slug:slug>/", views.fill_in, name="leads_fill_in")]
