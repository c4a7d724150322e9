"""What each shop is and sells. See README.md."""
