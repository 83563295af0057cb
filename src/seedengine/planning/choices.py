"""What a caller says of a run, and gets to hear while it goes on."""

from collections.abc import Callable
from typing import Literal

Progress = Callable[[str, int, int], None]
"""Called with a table or an entity, how many of its rows are done, and how many there are in all."""

Notify = Callable[[str], None]
"""Called with each note that is known before rows go, which may take long; the summary has them too."""

BulkChoice = Literal["auto", "always", "never"]
"""Whether keys and indexes may be taken off while many rows come: of itself (`auto`) only on this machine."""

Mode = Literal["replace", "upsert"]
"""Whether an earlier run's rows go and all come anew, or only what is new or changed is written."""
