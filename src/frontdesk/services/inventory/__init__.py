"""What is on the shelf and for whom it is kept. See README.md."""
