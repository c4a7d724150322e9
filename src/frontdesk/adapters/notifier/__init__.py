"""Messages of one service handed over to another that sends them, or written down where there is none."""
