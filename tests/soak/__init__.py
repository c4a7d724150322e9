"""What takes minutes: run by `make soak`."""
