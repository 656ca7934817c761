"""Rules of the card family statin."""
