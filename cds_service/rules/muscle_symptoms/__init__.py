"""Rules of the card family muscle-symptoms."""
