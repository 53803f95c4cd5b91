"""Experiments: policies, studies of them over many futures, their store, and comparison.

``experiments.load(DIR)`` gives the results of a study as a pandas frame.
"""

from experiments.store import StoreError, load

__all__ = ["StoreError", "load"]
