"""Rules of the card family monitoring."""
