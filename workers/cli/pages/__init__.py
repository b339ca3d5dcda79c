"""Pages that stand alone: one file, nothing fetched, readable on a phone, in the dark, on paper and without scripts."""
