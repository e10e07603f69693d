"""Addresses of companies, deals and products, right under /app/."""

from django.urls import path

from jejak.features.crm.views import boards, companies, deals, settings

app_name = "crm"
urlpatterns = [
    path("companies/", companies.Companies.as_view(), name="companies"),
    path("companies/<int:company_id>/", companies.CompanyPage.as_view(), name="company"),
    path("companies/<int:company_id>/people/", companies.Join.as_view(), name="join"),
    path("companies/<int:company_id>/people/<int:membership_id>/", companies.Role.as_view(), name="role"),
    path("products/", companies.Products.as_view(), name="products"),
    path("deals/", boards.Board.as_view(), name="deals"),
    path("deals/forecast/", boards.Forecast.as_view(), name="forecast"),
    path("deals/settings/", settings.Settings.as_view(), name="settings"),
    path("deals/settings/change/", settings.Change.as_view(), name="change_settings"),
    path("deals/<int:deal_id>/", deals.DealPage.as_view(), name="deal"),
    path("deals/<int:deal_id>/move/", boards.Move.as_view(), name="move"),
    path("deals/<int:deal_id>/lines/", deals.Lines.as_view(), name="lines"),
]
