"""The vocabulary that services and runtimes share. No I/O happens here."""
