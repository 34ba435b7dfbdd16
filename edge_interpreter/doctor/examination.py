"""Runs the checks, each by itself: one that fails or hangs is a finding and stops no other."""

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_interpreter.config.load import ConfigError, read_config
from edge_interpreter.doctor.boxes import check_boxes
from edge_interpreter.doctor.certificates import check_certificates
from edge_interpreter.doctor.clock import check_clock
from edge_interpreter.doctor.cluster import check_cluster
from edge_interpreter.doctor.configuration import check_configuration, check_process_list
from edge_interpreter.doctor.database import check_database
from edge_interpreter.doctor.finding import Check, Finding, Patient, note, problem
from edge_interpreter.doctor.hardware import (
    check_graphics_processor,
    check_memory,
    check_processor,
)
from edge_interpreter.doctor.ports import check_ports
from edge_interpreter.doctor.sandbox import check_egress, check_sandbox
from edge_interpreter.doctor.self_test import check_pipeline
from edge_interpreter.doctor.sound import check_sound
from edge_interpreter.doctor.storage import check_disk, check_permissions
from edge_interpreter.doctor.trunks import check_trunks
from edge_interpreter.doctor.weights import check_licences, check_weights

LONGEST_S = 180.0


@dataclass(frozen=True, slots=True)
class Examination:
    """A check with its name; some cannot do without a configuration."""

    name: str
    check: Check
    needs_config: bool = True


EXAMINATIONS = (
    Examination("configuration", check_configuration, needs_config=False),
    Examination("processor", check_processor, needs_config=False),
    Examination("memory", check_memory, needs_config=False),
    Examination("graphics", check_graphics_processor, needs_config=False),
    Examination("models", check_weights),
    Examination("licences", check_licences),
    Examination("sound", check_sound, needs_config=False),
    Examination("ports", check_ports),
    Examination("certificates", check_certificates),
    Examination("clock", check_clock, needs_config=False),
    Examination("disk", check_disk),
    Examination("permissions", check_permissions),
    Examination("processes", check_process_list),
    Examination("sandbox", check_sandbox, needs_config=False),
    Examination("egress", check_egress, needs_config=False),
    Examination("sip", check_trunks),
    Examination("cluster", check_cluster),
    Examination("boxes", check_boxes),
    Examination("database", check_database),
    Examination("self-test", check_pipeline),
)


def see(path: Path | None, environment: Mapping[str, str] = os.environ) -> Patient:
    """What is to be looked at, whether its configuration is in order or not."""
    try:
        return Patient(path, read_config(path, environment))
    except ConfigError as error:
        return Patient(path, None, tuple(str(error).splitlines()))


def examine(
    patient: Patient, examinations: tuple[Examination, ...], longest_s: float = LONGEST_S
) -> Iterator[tuple[str, Finding]]:
    """Every finding with the name of its check, as they come."""
    for each in examinations:
        if each.needs_config and patient.reading is None:
            skipped = note("not looked at", "first the configuration must be in order")
            yield each.name, skipped
            continue
        for finding in _by_itself(each, patient, longest_s):
            yield each.name, finding


def _by_itself(each: Examination, patient: Patient, longest_s: float) -> list[Finding]:
    findings: list[Finding] = []

    def run() -> None:
        try:
            findings.extend(each.check(patient))
        except Exception as error:  # a check that fails says so, and the next one follows
            # Its text may quote what it read.
            text = f"the check itself failed: {type(error).__name__}"
            findings.append(problem(text, "report it with the version and this line"))

    # A daemon: one that hangs for ever must not keep the command from ending.
    worker = threading.Thread(target=run, name=f"doctor {each.name}", daemon=True)
    worker.start()
    worker.join(longest_s)
    if worker.is_alive():
        hung = problem(f"no answer within {longest_s:.0f} s", "something it asks hangs; look there")
        return [*findings, hung]
    return findings
