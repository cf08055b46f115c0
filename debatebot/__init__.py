"""Debate preparation from your own documents."""
