"""Better wording of items, tried on labels that were held out."""
