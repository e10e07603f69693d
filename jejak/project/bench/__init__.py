"""Measuring: how fast and how large Jejak is on this machine. `jejak bench` runs it and writes docs/benchmarks.md."""
