"""Messages to people, by channel and language, and what they answer."""
