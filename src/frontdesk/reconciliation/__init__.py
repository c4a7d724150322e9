"""Whether orders, books and stock tell the same story: pure comparison of one moment of the data.

Every record is read once, in the order of ids, so a million orders need no more memory than a hundred. What is kept is
what grows with shops, products and accounts alone.
"""
