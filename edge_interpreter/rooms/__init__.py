"""Who is together, who wants what, and what each of them is sent; no input or output here."""
