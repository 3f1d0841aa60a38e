"""Making and measuring the models."""
