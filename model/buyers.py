"""What rules say of a buyer: listed by name, owned by listed parties, or based somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from model.instruments import AffiliatesRule, EntityListing, HeadquartersRule
from model.judgement import odds
from model.ownership import Ownership


@dataclass(frozen=True, slots=True)
class Listed:
    """The listing that holds for a buyer, and why it does, in words."""

    listing: EntityListing
    reason: str


def listed(
    buyer: str,
    scope: str,
    listings: Sequence[EntityListing],
    affiliates: Sequence[AffiliatesRule],
    ownership: Ownership,
    day: date,
) -> Listed | None:
    """Whether a buyer counts as listed for a scope, by its name or by its owners.

    Args:
        buyer: its name.
        scope: what it would be supplied with.
        listings: the listings in force.
        affiliates: the affiliates rules in force.
        ownership: who owns whom.
        day: the day.
    """
    by_name = _naming(buyer, scope, listings)
    if by_name is not None:
        return Listed(by_name, f"{buyer} is listed by name")
    if not ownership.owners(buyer):
        return None
    for rule in affiliates:
        of_issuer = [listing for listing in listings if listing.issuer == rule.issuer]
        owned = _owned(buyer, scope, of_issuer, ownership, rule, day)
        if owned is not None:
            return owned
    return None


def extended(rules: Iterable[HeadquartersRule], countries: frozenset[str]) -> set[str]:
    """Ids of the chip rules that bind a buyer because of its headquarters in ``countries``."""
    return {name for rule in rules if rule.binds(countries) for name in rule.extends}


def _naming(name: str, scope: str, listings: Sequence[EntityListing]) -> EntityListing | None:
    return next((i for i in listings if name in i.entities and scope in i.scope), None)


def _owned(
    buyer: str,
    scope: str,
    listings: Sequence[EntityListing],
    ownership: Ownership,
    rule: AffiliatesRule,
    day: date,
) -> Listed | None:
    """A buyer owned by listed parties; the strictest of its owners' listings holds for it."""
    bound = rule.value("ownership_share", day)
    shares = ownership.share_of(
        buyer, lambda name: _naming(name, scope, listings) is not None, bound
    )
    if sum(shares.values()) < bound:
        return None
    owners = {*shares, *(name for owner in shares for name in ownership.ancestors(owner))}
    named = [found for name in sorted(owners) if (found := _naming(name, scope, listings))]
    held = " and ".join(f"{owner} {100 * share:.4g}%" for owner, share in shares.items())
    reason = f"{buyer} counts as listed under {rule.id}: owned by listed parties ({held})"
    return Listed(min(named, key=lambda listing: odds(listing, day)), reason)
