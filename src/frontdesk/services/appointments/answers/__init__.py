"""Answers: what a patient says to a message, by a button, a word or a link, and what becomes of it."""
