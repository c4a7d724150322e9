"""Requests to addresses that strangers have chosen."""
