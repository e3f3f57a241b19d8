"""MLflow runs of a job: one per candidate, and one per part shared by the candidates."""

from collections.abc import Mapping

from models.estimators.tuning import SETTINGS
from models.interfaces.learning import ModelWithParts
from registry.tracking import Tracking
from system.temporary_folder import scratch
from training.core.dataset import Dataset
from training.core.fitting import AnyCandidate
from training.core.splits import Split
from training.jobs.job_run import JobRun
from training.jobs.page import page
from training.tasks import task_of

PLOTS = "plots.html"
NO_SETTING = "-"  # all candidates of a job have the same parameters, so that MLflow compares them


def keep_candidate(
    candidate: AnyCandidate, data: Dataset, facts: Mapping[str, object], tracking: Tracking, run: str
) -> tuple[str, str]:
    """Store a candidate and its metrics in its run; return logged model and digest of files."""
    tracking.log_table(run, data.table, data.seed.process.name, data.seed.target.name, data.digest)
    tracking.log(
        run, params={"candidate": candidate.name, **facts, **dict.fromkeys(SETTINGS, NO_SETTING), **candidate.settings}
    )
    model, digest = tracking.log_model(run, candidate.model)
    tracking.log(run, metrics=candidate.metrics, model=model)
    return model, digest


def keep_page(candidate: AnyCandidate, data: Dataset, parts: Split, tracking: Tracking, run: str) -> None:
    """Draw the page of a candidate and store it in its run."""
    with scratch() as folder:
        (folder / PLOTS).write_text(page(candidate, data, parts), encoding="utf-8")
        tracking.log_files(run, folder)


def keep_parts(model: ModelWithParts, data: Dataset, parts: Split, job: JobRun) -> None:
    """Keep figures of the parts that a model carries, each in a run of its own below the job's."""
    for part in task_of(data.seed).parts:
        if part.name not in model.learnt:
            continue
        for one in part.runs(model.learnt[part.name], data, parts):
            with job.child(one.name) as child:
                job.tracking.log(child, params=one.params, metrics=one.metrics, tags=one.tags)
