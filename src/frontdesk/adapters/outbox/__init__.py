"""Messages as files: what a desk without a mail server does with them."""
