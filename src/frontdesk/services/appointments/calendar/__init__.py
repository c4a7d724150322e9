"""Visits as calendars read them: a file for one visit, a feed for one doctor."""
