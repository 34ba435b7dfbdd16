"""The ways in: each a thin shell that makes a leg of a connection."""
