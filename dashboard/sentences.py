"""Sentences of responses, checks and records that pages translate; places of values are named in each."""

from __future__ import annotations

WORDS = (
    # quality of a value, state of a sensor
    "uncertain",
    "bad",
    "stale",
    "stuck",
    "missing",
    "outside the training range",
    # no version before or after a move
    "none",
    # state of new rows
    "accepted",
    "rejected",
    "withdrawn",
    # actions of the history
    "promotion",
    "rollback",
    "shadow begin",
    "shadow end",
    "retraining",
    "job submission",
    "job cancellation",
    "correction",
    "acceptance",
    "withdrawal",
    "recommendation accept",
    "recommendation decline",
    "recommendation postpone",
    "warning acknowledge",
    "warning shelve",
    "warning unshelve",
    # candidates
    "mean",
    "persistence",
    "majority",
    "first_principles",
    "linear",
    "lightgbm",
    "lightgbm_physics",
)

FLAGS = (
    "%(column)s missing",
    "%(column)s missing in all training rows: predicted without it",
    "%(column)s outside training range",
    "%(quantity)s predicted outside physical range",
    "out of distribution",
    "probably %(symbol)s",
    "%(column)s of quality %(state)s",
    "%(column)s of quality %(state)s: taken as missing",
    "%(column)s '%(remark)s' is none of %(options)s: taken as missing",
    "%(quantity)s not determined by these inputs",
    "energy not determined by these inputs",
    "%(bin)s closed to keep the lot's limits",
    "not explained: what this candidate computes is no sum over its inputs",
    "no input was given: %(cost)s",
    "without %(columns)s: %(cost)s",
    "without %(columns)s and %(count)s other: %(cost)s",
    "without %(columns)s and %(count)s others: %(cost)s",
    "interval %(ratio)s times as wide",
    "set of classes %(ratio)s times as large",
)

REFUSALS_OF_UNITS = (
    "doubt: the best move would bring %(gain)s a day, give or take %(sd)s",
    "limits: every move that pays makes breaking a limit likelier than the seed allows",
    "support: every move that pays leads out of the bounds, or out of what history knows",
    "history knows %(age)s period without a gap before %(since)s: expected %(least)s or more",
    "history knows %(age)s periods without a gap before %(since)s: expected %(least)s or more",
    "%(setpoint)s is missing in the plan: expected its set-point for the period",
    "%(column)s was not read in the last %(count)s periods: expected a reading that is no older",
    "%(column)s of %(value)s lies outside the training range: expected %(low)s to %(high)s",
    "%(column)s was %(value)s in the last periods, %(expected)s expected: it is not the plant of the training rows, "
    "or it has changed; train again",
)

NAMES = (
    # quantities that physics computes, with limits
    "superheat",
    "polarisation",
    # an input that is added, and set-points of a sorting line
    "unit_deviation_%(quantity)s",
    "least_gain.%(bin)s",
)

REFUSALS_OF_LOTS = (
    "limits: every move that gains makes the lot break its grade more often",
    "doubt: %(moves)s would bring %(gain)s %(unit)s, between %(low)s and %(high)s",
)

REFUSALS_OF_SORTING_LINES = (
    "%(count)s assayed lots, expected %(least)s or more",
    "the model gives these pieces' classes no higher probability than those of any pieces: expected labels that belong "
    "to the pieces",
    "%(count)s of %(lots)s lots break a limit, where %(share)s of the lots may",
    "expected gain %(gain)s $/t, between %(low)s and %(high)s: it may be none",
    "occupancy %(value)s outside %(low)s to %(high)s, the loads of the assayed lots",
    "loads of the lots from %(low)s to %(high)s: expected %(least)s or more between",
    "least gains: %(reason)s",
    "occupancy: %(reason)s",
)

REFUSALS_OF_WARNINGS = (
    "got %(age)s periods without a gap before this one: expected %(least)s or more",
    "%(column)s of fewer than %(count)s of the last periods are known: no typical value",
    "no warning can be given: the unit has no input that this probability depends on",
)

CAUSES_OF_GAINS = (
    "another line current",
    "less %(symbol)s: %(description)s",
    "more %(symbol)s: %(description)s",
    # aluminium reduction
    "a quieter metal pad",
    "less sludge",
    "a bath that dissolves less metal",
    "less power",
    "less AlF3",
    "less metal that stands in the pot",
    # alumina refining
    "more alumina from a litre",
    "another soda content",
    "seed that is pumped and that overflows",
    "cooling",
    "calcination",
    # copper, lead and zinc
    "fewer rejected plates",
    "less current lost in shorts",
    "power at cheaper hours",
    "voltage and steam",
    "another use of additives",
    "fewer patrols",
    "less bismuth in the lead",
    "less current lost",
    "less voltage",
    "steam and acid",
    "less current that makes hydrogen",
    "less solution to purify",
    "less glue",
    # sorting lines
    "small gains, which probabilities promise and assays do not find, stay on the belt with what they take along",
    "more feed in the same time",
    "fewer pieces that overlap or are taken along",
)

CAUSES_OF_PREDICTIONS = (
    "other",
    # aluminium reduction
    "bath chemistry and temperature",
    "voltage, current and distance",
    "metal pad",
    "alumina and anode effects",
    "anodes",
    "age and wear of the pot",
    "efficiency before, and expected by physics",
    # alumina refining
    "liquor that comes and goes",
    "impurities",
    "temperatures and cooling",
    "supersaturation",
    "seed and sizes",
    "time in the tanks",
    "bauxite and soda",
    "heat",
    "days before, and expected by physics",
    # copper, lead and zinc
    "shorts",
    "shorts and patrols",
    "current and transport",
    "voltage and slime",
    "voltage and gap",
    "voltage and shorts",
    "additives and roughness",
    "electrolyte",
    "electrolyte and heat",
    "age of the cells",
    "crops before, and expected by physics",
    "anodes and their slimes",
    "silver",
    "assays before",
    "traces in the feed",
    "acid and zinc",
    "temperature and cooling",
    "current",
    "glue",
    "anodes, contacts and short circuits",
    "anodes and strontium",
    "electrolyte and cells",
    "composites of cathodes",
    # melts, powders and high-purity metal
    "metal of the pots",
    "raw materials",
    "charge, flux and melt",
    "hydrogen",
    "inclusions and filter",
    "casting",
    "furnace and dross",
    "available assays",
    "available reports",
    "feed",
    "pyrolysis",
    "mill, screen and air",
    "washing",
    "X-rays above the belt",
    "bags",
    "charge",
    "freezing",
    "vacuum",
    "room and moulds",
    "charge, freezing and handling together",
    # sorting
    "light of the laser (LIBS)",
    "paint, oil and dirt",
    "X-ray transmission",
    "shape and mass",
    "conductivity",
    "state of the instruments",
    "neighbours on the belt",
    "lines of X-ray fluorescence",
    "scattered X-rays",
    "colour",
    # modules and batteries
    "label",
    "size and frame",
    "look of the front",
    "current and voltage",
    "light in the dark",
    "glass and insulation",
    "bands of the rear",
    "X-ray lines",
    "size and mass",
    "swelling and damage",
    "state of charge",
    "resistance at once",
    "charge transfer and diffusion",
    "temperature",
    "X-rays",
    "leaks and shorts",
    "age",
    "rested voltage",
    "what goes back at rest",
    "charge moved",
)

REASONS_OF_CHECKS = (
    "%(quantity)s: outcomes lie above the predictions by %(size)s of the usual error; detected since %(since)s, "
    "started about %(start)s",
    "%(quantity)s: outcomes lie below the predictions by %(size)s of the usual error; detected since %(since)s, "
    "started about %(start)s",
    "%(quantity)s: errors are %(size)s times the usual ones; detected since %(since)s, started about %(start)s",
    "%(column)s: a month of it lies %(effect)s standard deviations from the training rows, limit %(limit)s; "
    "since %(since)s",
    "%(column)s given the other inputs: a month of it lies %(effect)s standard deviations from the training rows, "
    "limit %(limit)s; since %(since)s",
    "%(count)s more inputs lie beyond their limits",
    "%(count)s more sensors should be looked at",
    "errors of rows without an outcome are expected to be %(size)s times the usual ones",
    "%(column)s: %(share)s of the newest values lie %(state)s (%(units)s)",
    "%(column)s: %(share)s of the newest values lie %(state)s (%(units)s and %(count)s more)",
    "%(column)s: %(state)s for up to %(rows)s rows in a row (%(units)s)",
    "%(column)s: %(state)s for up to %(rows)s rows in a row (%(units)s and %(count)s more)",
    # limits that results were compared with
    "history holds %(count)s windows of %(rows)s steps of %(days)s d, inputs have limits from %(least)s on",
    "limits of inputs come from %(count)s windows of %(rows)s steps of %(days)s d in the training rows",
    "history holds too few errors for limits of theirs",
    "at most %(count)s false alarms a month are aimed for (promised: fewer than %(limit)s)",
)

NEXT_STEPS = (
    "look at the instruments of %(columns)s: they are silent or stuck",
    "look at the instruments of %(columns)s and %(count)s more: they are silent or stuck",
    "check %(columns)s: if values are right, the champion predicts outside its training range",
    "check %(columns)s and %(count)s more: if values are right, the champion predicts outside its training range",
    "retrain with what is known: nonferrous retrain %(symbol)s --from-records",
    "wait with retraining: %(reason)s",
    "version %(version)s answers in shadow until %(until)s",
    "find out what changed in %(columns)s: a supplier, a set-point, an instrument",
    "find out what changed in %(columns)s and %(count)s more: a supplier, a set-point, an instrument",
    "errors have not grown: wait for more outcomes before retraining",
    "send outcomes (POST /v1/%(symbol)s/outcomes): without them no error is known",
    "%(count)s outcomes of %(quantity)s in batch %(batch)s wait and move no answer: %(reason)s; nonferrous records "
    "accept %(accept)s where they are right, else nonferrous records withdraw %(withdraw)s",
    "%(count)s more batches wait: nonferrous records batches %(symbol)s",
    "the level is off by %(value)s, expected %(low)s to %(high)s",
    "the mean is off by %(value)s, expected %(low)s to %(high)s",
    "errors spread over %(value)s, expected %(low)s to %(high)s",
    "a correlation of %(value)s with what is predicted, expected at least %(low)s",
    "%(value)s are also another row's, expected at most %(high)s",
    "%(value)s were known before of other rows, expected at most %(high)s",
)

GROUPS_OF_ERRORS = (
    "version %(version)s",
    "version %(version)s in shadow",
    "answered to the same rows",
)

REASONS_OF_MODELS = (
    "not looked for yet",
    "version %(version)s is refused, version %(served)s stays: %(detail)s",
    "version %(version)s is refused, no model answers: %(detail)s",
    "its seed file was deleted; the seed of before stays",
    "its seed cannot be used: %(detail)s; the seed of before stays",
    "its seed cannot be used: %(detail)s",
    "its seed has changed in %(options)s; the seed of before stays until a champion is trained with it",
    "no version has the alias champion: the model of before stays",
    "it fails: %(detail)s",
    "no version has the alias champion: run `nonferrous train %(symbol)s`",
)

HISTORY = (
    "%(process)s, move %(number)s: version %(before)s to %(after)s",
    "%(process)s, batch %(symbol)s: %(state)s",
    "%(process)s, batch %(symbol)s",
    "%(process)s, decision %(number)s",
    "%(process)s, job %(symbol)s",
    "until %(until)s: %(detail)s",
    "requested by %(remark)s",
    "by hand",
    "forced past the gate: %(remark)s",
    "forced past guardrails: %(remark)s",
    "challenger of a retraining job",
    "version %(version)s is champion now",
    "version %(version)s is champion again",
    "version %(version)s is challenger now",
    "the same model as version %(version)s, its intervals follow %(count)s newer outcomes",
)

SENTENCES = (
    *WORDS,
    *FLAGS,
    *REFUSALS_OF_UNITS,
    *NAMES,
    *REFUSALS_OF_LOTS,
    *REFUSALS_OF_SORTING_LINES,
    *REFUSALS_OF_WARNINGS,
    *CAUSES_OF_GAINS,
    *CAUSES_OF_PREDICTIONS,
    *REASONS_OF_CHECKS,
    *NEXT_STEPS,
    *GROUPS_OF_ERRORS,
    *REASONS_OF_MODELS,
    *HISTORY,
)
