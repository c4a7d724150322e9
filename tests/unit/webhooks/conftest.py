"""Certificates for receivers that speak TLS."""

from tests.unit.aws.certificates import certificates

__all__ = ["certificates"]
