"""Cases for the rules on data, beyond their examples."""

from __future__ import annotations

from tests.linter.cases import CHARGE, FTGO_CREATE, FTGO_REVISE, SHIP, Case, flow

ASK = "step: ask, participant: p, action: Ask, kind: read-only, output: {n: number, list: array}"
TAKE = "step: take, participant: q, action: Take, input: {n: steps.ask.output.n}, compensation: GiveBack"
UNDO = "step: undo, participant: q, action: Take, compensation: {command: GiveBack, input: {n: steps.ask.output.n}}"
HEAD = "input: {big: boolean, total: number, name: string, items: array}\n"
CHOICE = HEAD + "choices: {size: {large: input.big, small: otherwise}}\n"
BY_ANSWER = HEAD + "choices: {size: {large: steps.ask.output.n > 5, small: otherwise}}\n"

ANY = """
style: choreography
starts_on: [Placed]
steps:
  - {step: ask, participant: p, listens: Placed, action: Ask, output: {n: number}, compensation: Unask}
  - {step: other, participant: o, listens: Placed, action: Other, compensation: Unother}
  - {step: take, participant: q, listens: {MODE: [AskDone, OtherDone]}, action: Take, input: {n: steps.ask.output.n},
     compensation: GiveBack}
  - {step: ship, participant: s, listens: TakeDone, action: Ship, kind: pivot}
"""


def typed(predicate: str) -> str:
    """A choice with this predicate, on which one step depends."""
    head = f'{HEAD}choices: {{c: {{large: "{predicate}", small: otherwise}}}}\n'
    return flow(f"{CHARGE}, when: {{c: large}}", SHIP, head=head)


CASES: list[Case] = [
    ("SG701", "what an earlier step brings", flow(ASK, TAKE, SHIP), []),
    ("SG701", "what a later step brings", flow(TAKE, ASK, SHIP), ["take"]),
    ("SG701", "what a step beside it brings", flow(f"{ASK}, after: []", f"{TAKE}, after: []", SHIP), ["take"]),
    ("SG701", "its own answer", flow(f"{TAKE.replace('ask', 'take')}, output: {{n: number}}", SHIP), ["take"]),
    ("SG701", "after both branches", ANY.replace("MODE", "all"), []),
    ("SG701", "after either branch", ANY.replace("MODE", "any"), ["take"]),
    ("SG701", "what a skipped step brings", flow(f"{ASK}, when: {{size: large}}", TAKE, SHIP, head=CHOICE), ["take"]),
    (
        "SG701",
        "skipped together",
        flow(f"{ASK}, when: {{size: large}}", f"{TAKE}, when: {{size: large}}", SHIP, head=CHOICE),
        [],
    ),
    (
        "SG701",
        "never taken together",
        flow(f"{ASK}, when: {{size: large}}", f"{TAKE}, when: {{size: small}}", SHIP, head=CHOICE),
        ["take"],
    ),
    ("SG701", "an answer nobody waits for", flow(f"{ASK}, reply: false", TAKE, SHIP), ["take"]),
    (
        "SG701",
        "an event that need not come",
        flow("step: ask, wait: Said, timeout: 1h, on_timeout: continue, output: {n: number}", TAKE, SHIP),
        ["take"],
    ),
    (
        "SG701",
        "an event that has come",
        flow("step: ask, wait: Said, timeout: 1h, output: {n: number}", TAKE, SHIP),
        [],
    ),
    (
        "SG701",
        "the list of items",
        flow(f"{CHARGE}, for_each: steps.ask.output.list, max_items: 9", f"{ASK}, after: []", SHIP),
        ["charge"],
    ),
    (
        "SG701",
        "deep in the input",
        flow(TAKE.replace("{n: ", "{a: [1, {b: ").replace("n}", "n}]}"), ASK, SHIP),
        ["take"],
    ),
    ("SG701", "a choice on an answer", flow(ASK, f"{CHARGE}, when: {{size: large}}", SHIP, head=BY_ANSWER), []),
    (
        "SG701",
        "a choice that is asked for too early, told once",
        flow(
            f"{CHARGE}, when: {{size: large}}",
            f"{CHARGE.replace('charge', 'fee')}, when: {{size: small}}",
            ASK,
            SHIP,
            head=BY_ANSWER,
        ),
        ["charge"],
    ),
    ("SG701", "create order", FTGO_CREATE, []),
    ("SG701", "revise order", FTGO_REVISE, []),
    ("SG702", "what an earlier step brings", flow(ASK, UNDO, SHIP), []),
    ("SG702", "what a later step brings", flow(UNDO, ASK, SHIP), ["undo"]),
    ("SG702", "what a skipped step brings", flow(f"{ASK}, when: {{size: large}}", UNDO, SHIP, head=CHOICE), ["undo"]),
    ("SG702", "what a step beside it brings", flow(f"{ASK}, after: []", f"{UNDO}, after: []", SHIP), ["undo"]),
    (
        "SG702",
        "its own answer is a matter of lost replies",
        flow(f"{UNDO.replace('ask', 'undo')}, output: {{n: number}}", CHARGE, SHIP),
        [],
    ),
    (
        "SG702",
        "the answer to what was rejected",
        flow(
            "step: undo, local: true, action: Take, rejects: [No], failed_step: always, output: {n: number}, "
            "compensation: {command: GiveBack, input: {n: steps.undo.output.n}}",
            CHARGE,
            SHIP,
        ),
        ["undo"],
    ),
    ("SG704", "taken", flow(ASK.replace(", list: array", ""), TAKE, f"{SHIP}, input: {{}}"), []),
    ("SG704", "half of it taken", flow(ASK, TAKE, f"{SHIP}, input: {{}}"), ["ask"]),
    ("SG704", "a later step does not say what it takes", flow(ASK, TAKE, SHIP), []),
    (
        "SG704",
        "the result of an undone step is its own compensation's",
        flow(f"{CHARGE}, output: {{id: string}}", SHIP),
        [],
    ),
    ("SG704", "the last step's result is that of the run", flow(CHARGE, f"{SHIP}, output: {{id: string}}"), []),
    (
        "SG704",
        "taken by a choice",
        flow(
            ASK.replace(", list: array", ""),
            f"{CHARGE}, input: {{}}, when: {{size: large}}",
            f"{SHIP}, input: {{}}",
            head=BY_ANSWER,
        ),
        [],
    ),
    (
        "SG704",
        "taken by the correlation",
        "correlation: steps.ask.output.n\n" + flow(ASK.replace(", list: array", ""), f"{SHIP}, input: {{}}"),
        [],
    ),
    (
        "SG705",
        "one after the other there is a last one",
        flow(f"{ASK}, for_each: input.items, max_items: 9", TAKE, SHIP, head=HEAD),
        [],
    ),
    (
        "SG705",
        "one of many",
        flow(f"{ASK}, for_each: input.items, max_items: 9, parallel: 3", TAKE, SHIP, head=HEAD),
        ["take"],
    ),
    (
        "SG705",
        "a list is taken as a list",
        flow(
            f"{ASK}, for_each: input.items, max_items: 9, parallel: true",
            f"{CHARGE}, for_each: steps.ask.output.list, max_items: 9",
            SHIP,
            head=HEAD,
        ),
        [],
    ),
    ("SG706", "a number and a number", typed("input.total > 5 && input.total <= 7.5"), []),
    ("SG706", "a number and a text", typed("input.total == '5'"), [""]),
    ("SG706", "a text and a number, the other way round", typed("5 < input.name"), [""]),
    ("SG706", "a truth and a text", typed("input.big == 'yes'"), [""]),
    ("SG706", "a text that is no condition", typed("input.big && !input.name"), [""]),
    ("SG706", "a text among texts", typed("input.name in ['a', 'b']"), []),
    ("SG706", "a text among numbers", typed("input.name in [1, 2]"), [""]),
    ("SG706", "a number in a number", typed("5 in input.total"), [""]),
    ("SG706", "an order of lists", typed("input.items > input.items"), [""]),
    ("SG706", "a part of a number", typed("input.total.net > 5"), [""]),
    ("SG706", "nothing has every type", typed("input.name != null"), []),
    ("SG706", "two data of one type", typed("input.big == (input.total > 5)"), []),
    ("SG706", "items of a number", flow(f"{CHARGE}, for_each: input.total, max_items: 9", SHIP, head=HEAD), ["charge"]),
    ("SG706", "items of a list", flow(f"{CHARGE}, for_each: input.items, max_items: 9", SHIP, head=HEAD), []),
    (
        "SG706",
        "a schema says the type of a part",
        flow(
            f"{CHARGE}, when: {{c: large}}",
            SHIP,
            head="input: {a: {type: object, properties: {n: {type: number}}}}\n"
            'choices: {c: {large: "input.a.n == true", small: otherwise}}\n',
        ),
        [""],
    ),
    (
        "SG706",
        "a schema with several types says nothing",
        flow(
            f"{CHARGE}, when: {{c: large}}",
            SHIP,
            head="input: {a: {type: [string, 'null']}}\nchoices: {c: {large: input.a == 5, small: otherwise}}\n",
        ),
        [],
    ),
]
