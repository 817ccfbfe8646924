"""What the API offers, as data: operations with their parameters, bodies and answers.

The routes, the OpenAPI document, the checks of requests and the guide page are all made from these.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask.typing import ResponseReturnValue

from web.api.parts import LARGEST_ID, N_, Schema, integer
from web.permissions import ENDPOINTS, OPEN, READ

BLUEPRINT = "api"
JSON, FORM = "application/json", "multipart/form-data"


@dataclass(frozen=True)
class Asked:
    """What a request asks, checked against the document: values of its path, its query, and its body."""

    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any = None


@dataclass(frozen=True)
class Parameter:
    """A parameter of the path or the query; ``example`` is the value that the guide's request has, if any."""

    name: str
    schema: Schema
    example: Any = None
    where: str = "query"
    required: bool = False


@dataclass(frozen=True)
class Answer:
    """A successful answer: what it means, its schema by name, an example; nothing where there is no body."""

    description: str
    schema: str = ""
    example: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Body:
    """A body that a request may have: its schema by name, and an example."""

    schema: str
    example: Any


@dataclass(frozen=True)
class Operation:
    """One thing that the API does. The view's name is the operation's ID and, below the blueprint, its endpoint."""

    method: str
    path: str
    view: Callable[[Asked], ResponseReturnValue]
    topic: str
    summary: str
    description: str
    answers: Mapping[int, Answer]
    parameters: tuple[Parameter, ...] = ()
    bodies: Mapping[str, Body] = field(default_factory=dict)
    problems: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The operation's ID in the document."""
        return self.view.__name__

    @property
    def permission(self) -> str:
        """What the one who asks must be allowed to do; see `web.permissions`."""
        return ENDPOINTS[f"{BLUEPRINT}.{self.name}"]

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{", "<").replace("}", ">")

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that an answer may have and that has a reason in the request, in order."""
        found = {*self.answers, *self.problems}
        if self.permission != OPEN:
            found |= {401}
        if self.permission not in (OPEN, READ):
            found |= {403}
        if self.bodies:
            found |= {400, 413, 415}
        if any(parameter.where == "path" for parameter in self.parameters):
            found |= {404}
        return tuple(sorted(found | {400}))


def path_id(name: str, schema: Schema, example: int | str = 1) -> Parameter:
    """Return the parameter of a path that names what the operation is about."""
    return Parameter(name, schema, example, "path", required=True)


def paging(most: int, usual: int) -> tuple[Parameter, Parameter]:
    """Return the two parameters of a list: where a page begins, and how much it holds."""
    return (
        Parameter("after", integer(N_("The next of the page before."), minimum=0, maximum=LARGEST_ID)),
        Parameter("limit", integer(N_("How many entries a page has at most."), minimum=1, maximum=most, default=usual)),
    )
