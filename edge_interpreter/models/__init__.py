"""The model catalogue, and getting, keeping and moving the files it names."""
