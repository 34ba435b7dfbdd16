"""What was said, kept encrypted where that is turned on."""
