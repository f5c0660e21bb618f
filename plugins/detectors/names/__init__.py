"""Free-text personal data (names, addresses, places, organizations) by a trained token model."""
