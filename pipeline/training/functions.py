"""Code that spaCy's command line loads (`--code`): registers the functions that the configs name."""

import pipeline
import pipeline.medications.candidate_model  # noqa: F401
