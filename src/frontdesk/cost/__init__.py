"""What a deployed shape costs, term by term, from what a real order writes and reads."""
