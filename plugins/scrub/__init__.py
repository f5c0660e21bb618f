"""Reversible pseudonyms: what may leave only when scrubbed. Knows no LiteLLM, no HTTP; details in README.md."""
