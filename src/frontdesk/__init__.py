"""One front desk for everything a small business takes in."""
