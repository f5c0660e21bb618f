"""Finds personal data, secrets and organization terms in text. Knows no request, no deployment, no LiteLLM."""
