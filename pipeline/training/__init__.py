"""Making the trained models: README.md in this folder."""
