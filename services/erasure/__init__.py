"""Removes everything that a key, a user or a vector store left behind, and writes down that it did."""
