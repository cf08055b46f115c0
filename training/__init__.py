"""Training and measuring the stance model."""
