"""Identity: who may come in, how far, and until when."""
