"""Placeables: what a translation must carry over unchanged in value.

Numbers, dates, times, telephone numbers, addresses of mail and web, order codes. "Placeable" is
the localisation industry's word for them (XLIFF, TMX).
"""
