"""Traces: one story, from the request to the last reaction, told to an OpenTelemetry collector where one is named."""
