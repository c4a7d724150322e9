"""How a request gets in."""
