"""Reports that hold everything a format may have to show, and everything that a file may try to smuggle into one."""

from __future__ import annotations

from sagactl.finding import Edit, Evidence, Finding, Fix, Place, Region, Related
from sagactl.linter.linted import Linted, Located, Suppressed
from sagactl.linter.registry import all_rules
from sagactl.reports.findings import Report
from sagactl.source.node import Text

LINES = [
    "saga: order",
    "steps:",
    "  - step: pay",
    "    action: Bezahle # für 5 €, 🦊",
    "    retry: 3",
]
TEXT = Text("\n".join(LINES) + "\n")
OTHER = Text("saga: other\nsteps: []\n")

FOX = LINES[3].index("🦊") + 1

HOSTILE = "\x1b[31mred\x1b[0m\n::error file=x::forged, ##[error]100%: `a|b` <img src=x> \u202e @team ]]> &"
"""A terminal sequence, a forged command, a way out of Markdown and XML, hidden order."""


def finding(message: str = "nothing undoes `pay`", **more: object) -> Finding:
    return Finding("SG101", "missing-compensation", "error", message, Place(("steps", 0)), "order", "pay")._replace(
        **more  # type: ignore[arg-type]
    )


PLAIN = Located(
    finding(help="compensation: Undo\n# or:\nno_compensation: why", note="It hurts."),
    Region(3, 11, 3, 14),
    ("steps", 0, "step"),
)
FIXED = Located(
    finding(
        "the second try is `pay` again",
        severity="warning",
        related=(
            Related("here too", Region(5, 5, 5, 10)),
            Related("and there", Region(1, 7, 1, 12), "other.saga.yaml"),
        ),
        fix=Fix("try once", (Edit(Region(4, FOX, 4, FOX + 1), "x"), Edit(Region(5, 12, 5, 13), "1")), safe=False),
        evidence=Evidence(("`pay` is sent", "`pay` is lost", "`pay` is sent again"), ("pay:reply-lost",)),
    ),
    Region(4, FOX, 4, FOX + 1),
    ("steps", 0, "action"),
)
REMARK = Located(finding("`pay` is vague", severity="info"), Region(3, 11, 3, 14), ("steps", 0, "step"))
SUPPRESSED = Suppressed(Located(finding("`pay` is accepted"), Region(3, 5, 3, 9)), "comment", "the team is on it")
BASELINED = Suppressed(Located(finding("`pay` was there before"), Region(3, 5, 3, 9)), "baseline", "accepted in b.json")
SMUGGLED = Located(
    finding(
        HOSTILE, saga=HOSTILE, step=HOSTILE, help=HOSTILE, note=HOSTILE, evidence=Evidence((HOSTILE,), (HOSTILE,))
    )._replace(related=(Related(HOSTILE, Region(1, 1, 1, 5)),)),
    Region(3, 11, 3, 14),
    (HOSTILE,),
)

FULL = Report(
    (
        Linted("sagas/order.saga.yaml", TEXT, (PLAIN, FIXED, REMARK), (SUPPRESSED, BASELINED), "order"),
        Linted("clean.saga.yaml", Text(""), ()),
    ),
    texts={"other.saga.yaml": OTHER},
    rules=all_rules(),
    root="/work-folder",
)
EMPTY = Report((Linted("clean.saga.yaml", Text(""), ()),), rules=all_rules())
NASTY = Report((Linted(f"dir/{HOSTILE}.saga.yaml", TEXT, (SMUGGLED,)),), rules=all_rules())
