"""Polling feeds and fetching pages, politely and safely."""
