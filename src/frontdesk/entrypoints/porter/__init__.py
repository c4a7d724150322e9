"""Porters: processes that speak HTTP at the door and pass requests on to the desk, which has one processor for itself.

    client ──HTTP──► porter ──frames──► desk ──frames──► porter ──HTTP──► client

Reading and writing HTTP is a quarter of the work that an order makes, and nothing in it needs the desk. A porter knows
no service and keeps nothing: it may be killed at any moment, and another one takes its place.
"""
