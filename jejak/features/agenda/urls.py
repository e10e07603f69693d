"""Addresses of tasks, notes and meetings, under /app/."""

from django.urls import path

from jejak.features.agenda.views import calendar, ics, notes, tasks

app_name = "agenda"
urlpatterns = [
    path("tasks/", tasks.Tasks.as_view(), name="tasks"),
    path("tasks/add/", tasks.Add.as_view(), name="add_task"),
    path("tasks/notices/", tasks.Notices.as_view(), name="notices"),
    path("tasks/notices/<int:notice_id>/", tasks.NoticeOne.as_view(), name="notice"),
    path("tasks/colleagues/", tasks.Colleagues.as_view(), name="colleagues"),
    path("tasks/<int:task_id>/", tasks.One.as_view(), name="task"),
    path("tasks/<int:task_id>/done/", tasks.Done.as_view(), name="task_done"),
    path("tasks/<int:task_id>/postpone/", tasks.Postpone.as_view(), name="task_postpone"),
    path("tasks/<int:task_id>/remove/", tasks.Remove.as_view(), name="task_remove"),
    path("notes/write/", notes.Write.as_view(), name="write_note"),
    path("notes/<int:note_id>/", notes.Edit.as_view(), name="note"),
    path("notes/<int:note_id>/delete/", notes.Delete.as_view(), name="note_delete"),
    path("notes/<int:note_id>/pin/", notes.Pin.as_view(), name="note_pin"),
    path("notes/<slug:kind>/<int:record_id>/", notes.Notes.as_view(), name="notes"),
    path("calendar/", calendar.Calendar.as_view(), name="calendar"),
    path("calendar/plan/", calendar.Plan.as_view(), name="plan"),
    path("calendar/import/", ics.Upload.as_view(), name="ics"),
    path("calendar/import/<int:file_id>/", ics.Look.as_view(), name="ics_look"),
    path("calendar/address/", calendar.Address.as_view(), name="address"),
    path("calendar/meetings/<int:meeting_id>/", calendar.One.as_view(), name="meeting"),
    path("calendar/meetings/<int:meeting_id>/edit/", calendar.Edit.as_view(), name="meeting_edit"),
    path("calendar/meetings/<int:meeting_id>/held/", calendar.Hold.as_view(), name="meeting_hold"),
    path("calendar/meetings/<int:meeting_id>/cancel/", calendar.Cancel.as_view(), name="meeting_cancel"),
    path("calendar/meetings/<int:meeting_id>/invite/", calendar.Invite.as_view(), name="meeting_invite"),
    path(
        "calendar/meetings/<int:meeting_id>/attendees/<int:attendee_id>/",
        calendar.Answer.as_view(),
        name="meeting_answer",
    ),
    path("calendar/meetings/<int:meeting_id>/meeting.ics", calendar.File.as_view(), name="meeting_file"),
]
