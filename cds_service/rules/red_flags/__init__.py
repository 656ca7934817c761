"""Rules of the card family red-flags."""
