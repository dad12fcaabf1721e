"""The index of the rules that are built in: what a run has to know of them before it imports the file of one.

It is written from their files by `make docs`, and a test compares it with them.
"""

from __future__ import annotations

from typing import Final

from sagactl.linter.listed import Row

# fmt: off
ROWS: Final = (
    Row("SG000", "suppression-without-reason", "error", "suppressions", "A suppression without a reason outlives the reason.", about_suppressions=True),
    Row("SG001", "unknown-key", "error", "structure", "Nothing reads an unknown key, so what it was meant to say silently does not hold.", decides_validity=True),
    Row("SG002", "duplicate-id", "error", "structure", "Two steps of one name share idempotency key and dead letters, so one of them is taken for the other.", decides_validity=True),
    Row("SG003", "unknown-reference", "error", "structure", "What is not declared does not exist when the run asks for it.", decides_validity=True),
    Row("SG004", "dependency-cycle", "error", "structure", "Steps that wait for each other never start.", decides_validity=True),
    Row("SG005", "unreachable-step", "warning", "structure", "A step that is never run does nothing for the business and is never tested until a change wakes it up.", check="check", concerns="choices"),
    Row("SG006", "redundant-dependency", "warning", "structure", "A dependency that says nothing hides the ones that do, and has to be kept right at every change of the order.", check="check"),
    Row("SG007", "choice-gap", "error", "structure", "A run for which no outcome holds stops in the middle, and nobody undoes what it has done.", check="check", concerns="choices"),
    Row("SG008", "bad-expression", "error", "structure", "An expression that cannot be evaluated stops the run where it has to go one way or the other.", decides_validity=True),
    Row("SG009", "not-a-saga", "info", "structure", "A saga shows intermediate states to everybody and has to be watched; a local transaction does neither.", digest="digest", check_all="check_all"),
    Row("SG010", "saga-recursion", "error", "structure", "A saga that runs itself starts a new run before it ends, so no run ever ends.", decides_validity=True),
    Row("SG011", "unbounded-items", "warning", "structure", "One long list makes a run that outlasts every deadline and owes thousands of compensations.", check="check", concerns="items"),
    Row("SG013", "unused-declaration", "info", "structure", "What is declared and never used was meant for a place that does without it.", check="check"),
    Row("SG014", "vague-name", "info", "structure", "Whoever finds the command in a dead letter queue has to guess what it would have done.", check="check"),
    Row("SG015", "too-fine-grained", "warning", "structure", "Between two steps that could be one transaction there is a moment in which only half of it is done.", check="check"),
    Row("SG016", "bad-duration", "error", "structure", "A duration that two readers read differently is a timeout that is wrong by a factor of a thousand.", decides_validity=True),
    Row("SG017", "yaml-ambiguity", "error", "structure", "Tools that read the file with another version of YAML act on another value.", decides_validity=True),
    Row("SG018", "unreadable-file", "error", "structure", "What cannot be read, or is read differently by each reader, is not what will run.", decides_validity=True),
    Row("SG019", "invalid-value", "error", "structure", "A value outside the language means nothing to the commands that read it.", decides_validity=True),
    Row("SG020", "missing-key", "error", "structure", "A step that lacks what it needs cannot be carried out.", decides_validity=True),
    Row("SG101", "missing-compensation", "error", "compensation", "When a later step fails, this effect stays behind and nobody knows.", check="check"),
    Row("SG102", "compensation-of-nothing", "warning", "compensation", "A compensation of something that was never done changes what it should have left alone.", check="check"),
    Row("SG103", "dead-compensation", "info", "compensation", "A compensation that never runs is never tested, and is wrong when a change of the order brings it to life.", check="check"),
    Row("SG104", "unexplained-omission", "error", "compensation", "Nobody can tell an effect that may stay behind from one that was forgotten.", check="check"),
    Row("SG105", "foreign-compensation", "warning", "compensation", "Somebody else cannot know whether the action was done, nor refuse it when it arrives late.", check="check"),
    Row("SG106", "copied-compensation", "warning", "compensation", "One effect is undone twice, or done twice, and the other stays.", check="check"),
    Row("SG107", "overwriting-undo", "info", "compensation", "Setting the old value back wipes out what others have written in between.", digest="digest", check_all="check_all", concerns="resources"),
    Row("SG109", "rejectable-compensation", "error", "compensation", "A compensation that is refused stays refused however often it is tried, and the effect stays.", check="check"),
    Row("SG112", "no-item-compensation", "warning", "compensation", "A list that stops half way leaves a step that is neither done nor undone.", check="check", concerns="items"),
    Row("SG113", "nested-saga-not-undone", "warning", "compensation", "The outer run ends as undone while the effects of the inner one stay.", check="check", concerns="nested"),
    Row("SG116", "residue", "info", "compensation", "Each rollback pays for what its compensation cannot take back without a trace.", check="check", default=False, concerns="effects"),
    Row("SG117", "irreversible-notice-before-pivot", "warning", "compensation", "People act on a message that turns out to be wrong.", check="check"),
    Row("SG118", "risky-step-late", "info", "compensation", "Everything done before a no has to be undone after it.", check="check", default=False),
    Row("SG119", "noop-compensation", "warning", "compensation", "The run is reported as compensated while its effect stands.", check="check"),
    Row("SG120", "undo-weaker-than-action", "warning", "compensation", "A compensation that gives up leaves a person to repair what one more try would have undone.", check="check"),
    Row("SG121", "undo-loop", "error", "compensation", "The run never ends, is never reported as failed, and repeats its effects until somebody turns it off.", check="check"),
    Row("SG122", "no-undo-handler", "info", "compensation", "When a run has parked, the operator has no command that takes this step back.", check="check", default=False),
    Row("SG201", "wrong-kind", "error", "phases", "The way back follows the kind, so a wrong one leaves an effect standing or undoes what was settled.", check="check"),
    Row("SG202", "point-of-no-return", "error", "phases", "Once it has happened the run can neither go back nor be sure to go forward, and a person has to repair it.", check="check"),
    Row("SG203", "retriable-that-can-fail", "error", "phases", "The run is stuck half done after its point of no return, and nobody is told.", check="check"),
    Row("SG204", "rollback-after-pivot", "error", "phases", "The run is reported as failed although what it did stands and cannot be taken back.", check="check"),
    Row("SG205", "undeclared-pivot", "warning", "phases", "Whoever changes the order does not see that everything before this step can be undone and nothing after it.", check="check"),
    Row("SG208", "waiting-with-locks", "warning", "phases", "One event that does not come keeps every other run out.", check="check", concerns="waits"),
    Row("SG209", "better-order", "info", "phases", "The same steps in another order can always end well.", check="check"),
    Row("SG210", "pays-before-it-is-paid", "warning", "phases", "When the money does not come in, somebody else has ours already.", check="check", concerns="effects"),
    Row("SG211", "cancel-after-pivot", "info", "phases", "A way back that is drawn as a way forward is not taken when something fails.", check="check"),
    Row("SG991", "unused-suppression", "warning", "suppressions", "A suppression that outlives its defect hides the defect when it comes back.", about_suppressions=True),
    Row("SG992", "unknown-rule-in-suppression", "error", "suppressions", "A suppression of an unknown rule suppresses nothing, although its author believes that it does.", about_suppressions=True),
    Row("SG993", "expired-suppression", "warning", "suppressions", "A defect that was accepted until a day is not accepted after it.", about_suppressions=True),
)
