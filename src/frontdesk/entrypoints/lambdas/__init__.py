"""How requests, messages, records and moments get into Lambda functions: one module for each kind of trigger."""
