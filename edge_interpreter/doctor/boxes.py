"""Whether this box can share rooms with others: the keys of tokens, and the proxy."""

from collections.abc import Iterator

from edge_interpreter.config.secrets import readable_by_all
from edge_interpreter.doctor.finding import Finding, Patient, note, ok, problem
from edge_interpreter.errors import UserError
from edge_interpreter.server.placement import ask_front
from edge_interpreter.server.tokens import SIGNING_KEYS, open_tokens

PAGE = "see docs/scale/rooms.md"


def check_boxes(patient: Patient) -> Iterator[Finding]:
    """The keys of `[boxes]`, and what its proxy answers."""
    section = patient.config.boxes
    if section.keys is None:
        yield note("[boxes] is not used: rooms are on this box alone")
        return
    try:
        open_tokens(patient.config).signing_keys()
    except UserError as error:
        yield problem(str(error), PAGE)
    else:
        file = section.keys / SIGNING_KEYS
        if readable_by_all(file):
            yield problem(f"everybody on this machine can read {file}", f"run: chmod o= {file}")
        else:
            yield ok(f"keys of tokens are shared: {section.keys}")
    if section.front_url:
        rooms = patient.config.rooms.open
        if not ask_front(section.front_url, [rooms[0].name if rooms else "main"]):
            yield problem(
                f"no box answers at boxes.front_url {section.front_url}/ready: rooms would stay"
                " split over boxes",
                PAGE,
            )
        else:
            yield ok(f"the proxy answers: {section.front_url}")
