"""Measurements of debatebot, one command each; see README.md."""
