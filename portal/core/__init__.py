"""What several rooms share of a session."""
