"""The size of a spec: what its call and its profiles make of the counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from seedengine.diagnostics import Candidates, Diagnostic, InvalidCall
from seedengine.spec.checks.findings import did_you_mean
from seedengine.spec.model import MOST_ROWS, Profile, Spec
from seedengine.spec.scope import Scope
from seedengine.spec.sizes import fewest_rows
from seedengine.spec.source import Document
from seedengine.spec.walk import Place

_TOO_MANY = f"at most {MOST_ROWS:,} are made: take a smaller scale"


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What the call says of a spec beside its text.

    `profile` names one of the spec's; `scale` takes the place of the profile's own. Without `allow_python` a spec that
    names a Python function is refused.
    """

    scale: Fraction | None = None
    profile: str | None = None
    allow_python: bool = False


AS_WRITTEN = LoadOptions()


def resized(spec: Spec, options: LoadOptions) -> Spec:
    """The spec with the counts of the profile, and all others multiplied.

    Raises InvalidCall where there is no such profile, or where rows would be more than MOST_ROWS.
    """
    if options.profile is not None and options.profile not in spec.profiles:
        help = did_you_mean(options.profile, spec.profiles)
        raise InvalidCall(f"`{spec.name}` has no profile `{options.profile}`", help)
    profile = spec.profiles[options.profile] if options.profile is not None else Profile()
    scale = options.scale if options.scale is not None else profile.scale
    sized = _with_counts(spec, scale, profile)
    if options.scale is not None:
        rows = _fewest(sized)
        if sum(rows.values()) > MOST_ROWS:
            largest = max(rows, key=rows.__getitem__)
            message = f"`--scale {float(options.scale):g}` would make {rows[largest]:,} rows of `{largest}` or more"
            raise InvalidCall(message, _TOO_MANY)
    return sized


def _with_counts(spec: Spec, scale: Fraction | None, profile: Profile) -> Spec:
    counts = {
        name: profile.counts.get(name, _multiplied(entity.count, scale))
        for name, entity in spec.entities.items()
        if entity.count is not None
    }
    entities = {
        name: entity.model_copy(update={"count": counts[name]}) if name in counts else entity
        for name, entity in spec.entities.items()
    }
    return spec.model_copy(update={"entities": entities})


def _multiplied(count: int, scale: Fraction | None) -> int:
    """The count at a scale, rounded half up; where there was a row, one stays."""
    if scale is None:
        return count
    return max(int(count * scale + Fraction(1, 2)), min(count, 1))


def _fewest(spec: Spec) -> dict[str, int]:
    scope = Scope(spec)
    return {name: fewest_rows(scope, name) for name in spec.entities}


def check_profiles(spec: Spec, document: Document) -> Iterator[Diagnostic]:
    """Profiles with counts of entities that have none, or with too many rows."""

    def fault(code: str, message: str, place: Place, help: str, *, key: bool = False) -> Diagnostic:
        return Diagnostic(code, message, document.location(place, key=key), help)

    counted = {name: entity for name, entity in spec.entities.items() if entity.count is not None}
    candidates = Candidates(counted)
    for name, profile in spec.profiles.items():
        for entity in profile.counts:
            place = ("profiles", name, "counts", entity)
            if entity not in spec.entities:
                help = did_you_mean(entity, candidates)
                yield fault("S201", f"unknown entity `{entity}`", place, help, key=True)
            elif entity not in counted:
                message = f"`{entity}` has no `count` that a profile could replace"
                yield fault("S232", message, place, did_you_mean(entity, candidates), key=True)
    for name in _oversized(spec, [*spec.profiles]):
        rows = _rows_in(spec, spec.profiles[name])
        largest = max(rows, key=rows.__getitem__)
        message = f"the profile `{name}` would make {rows[largest]:,} rows of `{largest}` or more"
        yield fault("S232", message, ("profiles", name), _TOO_MANY, key=True)


def _oversized(spec: Spec, names: list[str]) -> Iterator[str]:
    """The profiles with too many rows: none where one that is at least as large as all of them has few enough."""
    if not names or sum(_rows_in(spec, _envelope(spec, [spec.profiles[name] for name in names])).values()) <= MOST_ROWS:
        return
    if len(names) == 1:
        yield from names
    else:
        middle = len(names) // 2
        yield from _oversized(spec, names[:middle])
        yield from _oversized(spec, names[middle:])


def _envelope(spec: Spec, profiles: list[Profile]) -> Profile:
    """A profile in which no entity has fewer rows than in one of these; of one profile, itself."""
    if len(profiles) == 1:
        return profiles[0]
    scale = max(Fraction(1) if each.scale is None else each.scale for each in profiles)
    counts: dict[str, int] = {}
    for each in profiles:
        for entity, count in each.counts.items():
            own = spec.entities[entity].count if entity in spec.entities else None
            counts[entity] = max(counts.get(entity, 0), count, _multiplied(own or 0, scale))
    return Profile.model_construct(scale=scale, counts=counts)


def _rows_in(spec: Spec, profile: Profile) -> dict[str, int]:
    return _fewest(_with_counts(spec, profile.scale, profile))
