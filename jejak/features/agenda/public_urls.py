"""What programs outside ask for, without logging in."""

from django.urls import path

from jejak.features.agenda.views import calendar

urlpatterns = [path("calendar/<str:token>.ics", calendar.feed, name="agenda_feed")]
