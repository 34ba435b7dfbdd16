"""Figures and logs of operation; never what people say, nor who they are."""
