"""Translators: one file for each model family over one CTranslate2 core, a router, a checker."""
