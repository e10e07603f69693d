"""Questions to the log that staff put together themselves, as data: asked, answered, saved.

asked = read({"kind": "trends", "series": [{"what": {"names": ["Order Completed"]}}], "breakdown": "channel"})
answer(asked, now=now).lines

Dashboards and the explorer both speak of them, so they live here, above measures and audiences.
"""
