"""To be filled by its components."""
