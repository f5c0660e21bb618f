"""The egress ledger: what left, what stayed and what was refused, so that nobody can change it unseen. Knows no
LiteLLM, no HTTP server."""
