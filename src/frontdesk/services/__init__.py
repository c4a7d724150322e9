"""Business capabilities, one folder each. They meet only through published events."""
