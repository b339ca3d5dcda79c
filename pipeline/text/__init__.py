"""Text: tokens, sentences, normal forms, sections and dates."""

from pipeline.text import dates, normalizer, sections, sentences, tokenizer

__all__ = ["dates", "normalizer", "sections", "sentences", "tokenizer"]
