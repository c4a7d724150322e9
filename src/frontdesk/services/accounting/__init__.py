"""The books of each shop: a journal, its balances and its numbered invoices."""
