"""A day at the desk, simulated: real kernel and services, one seed for all that can go wrong, no time that passes.

`python -m tests.simulation --seeds 2000` lives so many days. To read it, begin with scheduler, faults and world; then
aws and embedded (the two runtimes in shape), clients and errands (who asks), laws and rest (what must hold), mutants.
"""
