"""Text: tokens, sentences, normal forms, sections and dates."""

from pipeline.text import normalizer, sections, sentences, tokenizer

__all__ = ["normalizer", "sections", "sentences", "tokenizer"]
