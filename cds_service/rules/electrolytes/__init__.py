"""Rules of the card family electrolytes."""
