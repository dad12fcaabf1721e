"""`sagactl simulate`"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

import typer

from sagactl.cli.environment import columns, is_ascii, style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Output, Path, StdinName, Verbose, load_paths, one_of, single
from sagactl.cli.refusals import refuse_invalid
from sagactl.cli.sampling import Words, play, sample_many
from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.model import Saga, Style
from sagactl.reports.rehearsals import FORMATS as ALL_FORMATS
from sagactl.reports.traces import FORMATS, VIEWS
from sagactl.simulator import make_plan
from sagactl.simulator.plan import MAX_TRIES
from sagactl.trace import Trace
from sagactl.unfold import unfold
from sagactl.workspace import read_json

STYLES = ("orchestration", "choreography")
ENDS = ("completed", "compensated", "parked")

EXAMPLES = """\b
Examples:
  sagactl simulate order.saga.yaml --fail charge-payment
  sagactl simulate order.saga.yaml --timeout charge-payment --fail-undo reserve-items
  sagactl simulate order.saga.yaml --fault charge-payment#2:reply-lost --choose speed=express
  sagactl simulate order.saga.yaml --fail create-shipment --expect compensated
  sagactl simulate order.saga.yaml --fail create-shipment --view timeline
  sagactl simulate order.saga.yaml --fail create-shipment --format html -o run.html
  sagactl simulate order.saga.yaml --fail create-shipment --profile temporal
  sagactl simulate order.saga.yaml --fail create-shipment --save run.json
  sagactl simulate order.saga.yaml --replay run.json
  sagactl simulate order.saga.yaml --from @state.json --cancel-now
  sagactl simulate order.saga.yaml --style choreography --fail create-shipment
  sagactl simulate order.saga.yaml --all
  sagactl simulate order.saga.yaml --seed 7 --fault-rate 0.05
  sagactl simulate order.saga.yaml --runs 10000 --fault-rate 0.02 --fault-rate charge-payment:reject=5%"""

Steps = list[str] | None


def command(
    path: Path,
    fail: Annotated[Steps, typer.Option("--fail", help="This step says no, or fails at every try.")] = None,
    timeout: Annotated[Steps, typer.Option("--timeout", help="No answer of this step ever arrives.")] = None,
    fail_undo: Annotated[Steps, typer.Option("--fail-undo", help="The compensation of this step always fails.")] = None,
    fault: Annotated[Steps, typer.Option("--fault", help="STEP:FAULT, STEP#2:FAULT, STEP#*:FAULT …")] = None,
    choose: Annotated[Steps, typer.Option("--choose", help="CHOICE=OUTCOME.")] = None,
    input: Annotated[str | None, typer.Option("--input", help="Input of the run: JSON, or @FILE.")] = None,
    max_tries: Annotated[
        int, typer.Option("--max-tries", help="Stop waiting for endless retries after so many tries.")
    ] = MAX_TRIES,
    style: Annotated[
        str | None,
        typer.Option("--style", help="orchestration or choreography, whatever the definition says."),
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option("--expect", help="Exit 0 exactly when the run ends so: completed, compensated, parked."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every fault at every step, in one table.")] = False,
    pairs: Annotated[bool, typer.Option("--pairs", help="With `--all`: two faults at once, too.")] = False,
    runs: Annotated[int | None, typer.Option("--runs", help="So many runs, counted: rates and percentiles.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Draw times and faults.")] = None,
    fault_rate: Annotated[Steps, typer.Option("--fault-rate", help="0.02, STEP=0.1, STEP:FAULT=5% …")] = None,
    slow: Annotated[Steps, typer.Option("--slow", help="PARTICIPANT=FACTOR: what if it took so much longer?")] = None,
    arrivals: Annotated[
        float | None, typer.Option("--arrivals", help="With `--runs`: runs per second, for `limits.concurrency`.")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", help="Go on from a run's saved state: @FILE or JSON.")] = None,
    cancel_now: Annotated[bool, typer.Option("--cancel-now", help="Cancel the run at once: what is undone?")] = False,
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Go back as temporal, step-functions, seata or zeebe does."),
    ] = None,
    save: Annotated[str | None, typer.Option("--save", help="Keep the run in this file.")] = None,
    replay: Annotated[str | None, typer.Option("--replay", help="Play a kept run again, and say what changed.")] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="text, json, mermaid or html.")] = "text",
    view: Annotated[str | None, typer.Option("--view", help="As text or mermaid: table, timeline or sequence.")] = None,
    output: Output = None,
    color: ColorOption = "auto",
    stdin_filename: StdinName = "<stdin>",
    verbose: Verbose = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say how the run ends, without the table.")] = False,
) -> int:
    shape = one_of("format", format, ALL_FORMATS if every or runs is not None else FORMATS)
    chance = Words(runs, seed, tuple(fault_rate or ()), tuple(slow or ()), arrivals)
    chance.refuse_nonsense(beside={"all": every, "expect": expect, "view": view})
    kept = {"from": from_, "cancel-now": cancel_now, "profile": profile, "save": save, "replay": replay}
    own: list[object] = [fail, timeout, fail_undo, fault, choose, input, seed, style]
    _refuse_kept(kept, many=every or runs is not None, named=own)
    single_run = {"fail": fail, "timeout": timeout, "fail-undo": fail_undo, "fault": fault, "expect": expect}
    _refuse_beside_all(every, pairs, {**single_run, "view": view})
    shown = _view(shape, view)
    if expect is not None:
        one_of("end", expect, ENDS)
    workspace = load_paths([path], stdin_filename)
    single(workspace, path)
    reading = workspace.readings[0]
    if not reading.valid or reading.saga is None:
        return refuse_invalid((reading,), "simulate", color, shape)
    data = _input(reading.saga, input)
    flow = unfold(reading.saga, workspace.sagas, data).flow
    plan = make_plan(
        flow,
        fail=fail or (),
        timeout=timeout or (),
        fail_undo=fail_undo or (),
        faults=fault or (),
        choose=choose or (),
        data=data,
        max_tries=max_tries,
        style=_style(style),
    )
    if every:
        from sagactl.cli.everything import rehearse_all

        return rehearse_all(flow, plan, path, with_pairs=pairs, shape=shape, color=color, output=output)
    if runs is not None:
        return sample_many(flow, plan, chance, path, shape=shape, color=color, output=output)
    if any(kept.values()):
        from sagactl.cli.replaying import play_kept

        plan = plan._replace(cancel_now=cancel_now, profile=profile or "")
        trace, changed = play_kept(reading.saga, workspace.sagas, flow, plan, chance, from_, replay, save)
    else:
        trace, changed = play(flow, plan, chance), False
    whole = trace._replace(moments=()) if quiet and shape == "text" and shown == "table" else trace
    write(_render(shape, shown, whole, color, output, verbose), output)
    return ExitStatus.CLEAN if _as_wanted(flow, trace, expect) and not changed else ExitStatus.FINDINGS


def _style(word: str | None) -> Style | None:
    """The style asked for; None for that of the definition."""
    if word is None:
        return None
    return "choreography" if one_of("style", word, STYLES) == "choreography" else "orchestration"


def _refuse_kept(kept: Mapping[str, object], *, many: bool, named: list[object]) -> None:
    """Options for one run make no sense for many, and a kept run brings its own faults."""
    for name, value in kept.items():
        if value and many:
            raise UsageError(f"`--{name}` is for one run", help="leave out `--all` and `--runs`")
    if kept["replay"] and (any(named) or kept["from"] or kept["cancel-now"] or kept["profile"]):
        raise UsageError("`--replay` brings its own faults, choices and input", help="leave the other ones out")


def _refuse_beside_all(every: bool, pairs: bool, single_run: Mapping[str, object]) -> None:
    """Options that name one run make no sense where all are rehearsed."""
    if pairs and not every:
        raise UsageError("`--pairs` needs `--all`", help="it adds pairs of faults to the table")
    for name, value in single_run.items():
        if every and value:
            raise UsageError(f"`--{name}` and `--all` exclude each other", help=f"leave out `--{name}`")


def _view(shape: str, view: str | None) -> str:
    """How the run is shown: the view asked for, else what the format shows best."""
    if view is None:
        return "sequence" if shape == "mermaid" else "table"
    one_of("view", view, VIEWS)
    if shape in ("json", "html"):
        raise UsageError(
            f"`--view` and `--format {shape}` exclude each other", help=f"{shape} shows everything at once"
        )
    if shape == "mermaid" and view == "table":
        raise UsageError("mermaid draws no table", help="`--view timeline` or `--view sequence`")
    return view


def _render(shape: str, view: str, trace: Trace, color: str, output: str | None, verbose: bool) -> str:
    member = view if shape == "text" and view != "table" else shape
    module = import_module(f"sagactl.reports.traces.{member}")
    if shape == "mermaid":
        return str(module.render(trace, view))
    if shape != "text":
        return str(module.render(trace))
    more: dict[str, Any] = {"verbose": verbose} if view == "table" else {}
    return str(module.render(trace, style=style_for(color, output=output), width=columns(), ascii=is_ascii(), **more))


def _input(saga: Saga, text: str | None) -> dict[str, Any] | None:
    """The input, checked against what the definition says of it."""
    if text is None:
        return None
    from sagactl.source.instances import problems_of_input

    data = read_json(text)
    problems = problems_of_input(saga, data)
    if problems:
        raise UsageError("the input does not fit the definition: " + "; ".join(problems[:5]))
    found: dict[str, Any] = data
    return found


def _as_wanted(flow: Flow, trace: Trace, expect: str | None) -> bool:
    """Whether the run ended acceptably, kept every stated promise, and met every fault that was asked for."""
    broken = any(not violation.promise for violation in trace.violations)
    if trace.unused_faults or broken:
        return False
    if expect is not None:
        return trace.outcome == expect
    if trace.outcome != "parked":
        return True
    return all(letter.step in flow.accepted for letter in trace.dead_letters) and not trace.skipped
