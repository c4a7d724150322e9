"""A clinic's appointments: nobody is booked twice, reminded late or forgotten. See README.md."""
