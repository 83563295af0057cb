"""The names by which browsers call themselves."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from faker.providers.user_agent import Provider as Agent

from seedengine.generation.faker.grammar import Choice, Node
from seedengine.generation.faker.special.calls import Call
from seedengine.generation.faker.special.traced import traced


def _user_agent(call: Call) -> Node:
    return Choice(tuple(call.compiler.method(call.provider, name, (), {}) for name in call.provider.user_agents))


METHODS: Mapping[Callable[..., Any], Callable[[Call], Node]] = {
    **{function: partial(traced, function=function) for function in (Agent.chrome, Agent.firefox, Agent.safari)},
    Agent.user_agent: _user_agent,
}
