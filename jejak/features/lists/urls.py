"""Addresses of records, under /app/records/."""

from django.urls import path

from jejak.features.lists import bulk, exporting, journal, lists, record_pages, taking_in_pages

app_name = "lists"
urlpatterns = [
    path(
        "person/", lists.ListPage.as_view(), {"kind": "person"}, name="people"
    ),  # For the menu: no arguments.
    path("<slug:kind>/", lists.ListPage.as_view(), name="list"),
    path("<slug:kind>/count/", lists.CountPart.as_view(), name="count"),
    path("<slug:kind>/condition/", lists.ConditionPart.as_view(), name="condition"),
    path("<slug:kind>/columns/", lists.Columns.as_view(), name="columns"),
    path("<slug:kind>/views/", lists.MakeView.as_view(), name="make_view"),
    path("<slug:kind>/views/<int:view_id>/", lists.ChangeView.as_view(), name="change_view"),
    path("<slug:kind>/choose/", record_pages.Choose.as_view(), name="choose"),
    path("<slug:kind>/twins/", record_pages.Twins.as_view(), name="twins"),
    path("<slug:kind>/bulk/", bulk.Bulk.as_view(), name="bulk"),
    path("<slug:kind>/works/<int:work_id>/", bulk.WorkPage.as_view(), name="work"),
    path("<slug:kind>/changes/", journal.Changes.as_view(), name="changes"),
    path("<slug:kind>/changes/<int:change_id>/", journal.OneChange.as_view(), name="change"),
    path("<slug:kind>/changes/<int:change_id>/undo/", journal.Undo.as_view(), name="undo"),
    path("<slug:kind>/export.csv", exporting.Csv.as_view(), name="csv"),
    path("<slug:kind>/export.vcf", exporting.Vcf.as_view(), name="vcf"),
    path("<slug:kind>/import/", taking_in_pages.Upload.as_view(), name="import"),
    path("<slug:kind>/import/<int:work_id>/", taking_in_pages.One.as_view(), name="import_one"),
    path(
        "<slug:kind>/import/<int:work_id>/columns/", taking_in_pages.Columns.as_view(), name="import_columns"
    ),
    path(
        "<slug:kind>/import/<int:work_id>/rejects/", taking_in_pages.Rejects.as_view(), name="import_rejects"
    ),
    path("<slug:kind>/new/", record_pages.Make.as_view(), name="new"),
    path("<slug:kind>/<int:record_id>/", record_pages.Record.as_view(), name="record"),
    path("<slug:kind>/<int:record_id>/edit/", record_pages.Edit.as_view(), name="edit"),
    path("<slug:kind>/<int:record_id>/field/<slug:key>/", record_pages.FieldPart.as_view(), name="field"),
]
