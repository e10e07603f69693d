"""The first numbers: what happens, to how many, and what they say of it."""
