"""Readers of calls: speech recognisers, contact-centre suites, captions."""
