"""Experiments: policies, studies of them over many futures, their store, and comparison.

``experiments.load(DIR)`` gives the results of a study as a pandas frame,
``experiments.load_dataset(DIR)`` as an xarray dataset that reads what is looked at, and
``experiments.load_summaries(DIR)`` the results of a study that stores summaries.
"""

# While it is loaded, Mesa looks through the imports under way and all modules there are: it is
# loaded first, when both are few.
import mesa  # noqa: F401

from experiments.datasets import load_dataset
from experiments.store import StoreError, load, load_summaries

__all__ = ["StoreError", "load", "load_dataset", "load_summaries"]
