"""Looks at the box as an administrator would: what is in order, what is not, what to do."""
