"""A bundled archive of invented enforcement news, and the local server that plays its outlets for the demo."""
