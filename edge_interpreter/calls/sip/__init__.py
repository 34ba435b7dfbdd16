"""The SIP endpoint: baresip in a process of its own, and the legs that speak through it."""
