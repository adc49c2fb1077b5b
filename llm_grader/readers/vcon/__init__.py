"""The reader of vCon, the container of the IETF."""
