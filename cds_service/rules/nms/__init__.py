"""Rules of the card family nms."""
