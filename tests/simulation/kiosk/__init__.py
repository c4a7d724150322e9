"""A made-up service that uses every part of a commit: what orders does not use yet must be simulated too."""
