"""The size of a run as a person reads it."""

from __future__ import annotations

from seedengine.planning import Size
from seedengine.render.terminal import plain


def size_words(size: Size) -> tuple[str, ...]:
    """The profile and the scale, as far as the call chose them: `profile ci`, `scale 0.1`."""
    profile = () if size.profile is None else (f"profile {plain(size.profile)}",)
    return profile if size.scale is None else (*profile, f"scale {size.scale:.10g}")
