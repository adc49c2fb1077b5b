"""The version of this library, in a module of its own so that anything can name it."""

__version__ = "0.1.0"
