"""What can be drawn, one view a file; a member is a function of a flow that returns a `Figure`.

flow        the steps in their order, each compensation beside its action
rollback    what is undone when a step fails: one figure, or a panel for every step that can fail
events      a choreography: who publishes what, and who hears it
commands    an orchestration: what the orchestrator asks of each participant, and what it is told
states      what becomes of a run as a whole, found by asking the machine
hybrid      groups of steps that are led each by itself, and the events between them

The messages of one run are drawn from its trace, by `sagactl.reports.traces`.
"""
