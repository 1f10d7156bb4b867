"""What a cell of the catalog names: references to objects, read from every kind of column, and how names can differ."""

from __future__ import annotations

from core.references.resolver import Reference, Resolver, folders, resolver_of
from core.references.spelling import fold, near_folds, spellings

__all__ = ["Reference", "Resolver", "fold", "folders", "near_folds", "resolver_of", "spellings"]
