"""Rules of the card family muscle-injury."""
