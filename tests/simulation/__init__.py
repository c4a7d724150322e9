"""A day at the desk, simulated: real kernel and services, one seed for all that can go wrong, no time that passes.

`python -m tests.simulation --seeds 2000` runs them; README of this folder: the module docstrings, in the order
scheduler, faults, world, kiosk, aws, embedded, clients, laws, history, mutants.
"""
