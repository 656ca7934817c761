"""Rules of the card family drug-safety."""
