"""One front desk for everything a small business takes in."""

__version__ = "0.1.0"
