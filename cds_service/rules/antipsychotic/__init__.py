"""Rules of the card family antipsychotic."""
