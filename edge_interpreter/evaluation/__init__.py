"""Figures: how true and how soon; part of the product so that anyone can check them."""
