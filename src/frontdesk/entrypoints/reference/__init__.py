"""The reference of a desk, made from its declarations: the pages under `/docs` and the files in docs/reference."""
