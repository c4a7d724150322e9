"""Orders: accepted durably, priced by the desk, followed to their end."""
