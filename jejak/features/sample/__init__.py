"""A small fictional shop, made on the spot, so that an empty install has something to show."""
