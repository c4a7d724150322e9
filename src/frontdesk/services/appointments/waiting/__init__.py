"""The waiting list: who wants an earlier time, and how a freed one finds them."""
