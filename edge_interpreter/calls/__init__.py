"""Telephone calls: two legs, each with its own language, joined by the pipeline."""
