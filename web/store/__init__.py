"""What is stored, and every question that is asked of it: the only code that knows the tables."""
