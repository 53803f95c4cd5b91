"""The actors, one file per kind, and the mechanisms they decide with.

Actors are ``mesa.Agent`` subclasses whose every time-varying quantity is an array with one element
per future.  Mechanisms (``capability``, ``lithography``, ``purchasing``, ``migration``) are pure
array functions.  Nothing here imports from the folders above; actors know the world only as
``self.model`` (see ``surroundings``).
"""
