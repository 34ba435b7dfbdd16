"""Sound as numbers: frames, files, resampling; pure functions and small classes."""
