"""Dashboards, and telling what should be known: numbers that come to people."""
