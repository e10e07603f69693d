"""Jejak: one trail of touchpoints per customer, over every channel."""

__version__ = "0.1.0"
