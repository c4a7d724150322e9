"""OAuth 2: tokens for clients, and the pages where people sign in and choose a password."""
