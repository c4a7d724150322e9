"""Privacy: who has read what of patients, what is kept of one, and how all of it is forgotten."""
