"""A longer search for a candidate's settings with Optuna. No other file knows Optuna."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from compute.choice import workers_for
from compute.interface import Step, Workers
from models.estimators.tuning import BLOCKS, Block, Tunable, inner, later_blocks, tuned, with_settings
from physics.arrays import FloatArray
from training.core.fitting import RNG_SEED, Chooser
from training.jobs.job_run import JobRun

if TYPE_CHECKING:
    import optuna

# Lowest and highest value of each setting that is searched; all but shares on a logarithmic scale.
RATES = {"learning_rate": (0.01, 0.2), "lambda_l2": (0.01, 30.0)}
COUNTS = {"num_leaves": (3, 63), "min_child_samples": (3, 100)}
SHARES = {"feature_fraction": (0.3, 1.0), "bagging_fraction": (0.5, 1.0)}
FLAGS = ("extra_trees",)
FIRST_AT_RANDOM = 10  # trials before the sampler learns from them, and before any is cut short
ERROR = "trial_error"


@dataclass(frozen=True)
class Search:
    """A search of one job, candidate by candidate.

    Attributes
    ----------
    trials : int
        How many a candidate gets, those of an earlier job on the same rows included.
    folder : Path
        Where studies are kept: one file a candidate, which a search that was cut off goes on from.
    rows : str
        Name of the training rows, such as digests of table and seed; another name is another study.
    job : JobRun
        Keeps each trial as a run below its candidate's.
    progress : callable
        Called with what is being done, before each trial.
    cluster : str, optional
        Cluster that measures the blocks of a trial at the same time, see `compute.cluster.ClusterWorkers`. A trial
        depends on those before it.
    """

    trials: int
    folder: Path
    rows: str
    job: JobRun
    progress: Callable[[str], None]
    cluster: str | None = None

    def chooser(self, candidate: str, run: str) -> Chooser:
        """Return the settings chooser for `training.core.fitting.fit_candidate`; `run` is the candidate's."""

        def choose(estimator: Any, X: FloatArray, y: FloatArray) -> Any:
            start = tuned(estimator, X, y)
            last, rows = inner(start, X)
            if not isinstance(last, Tunable) or len(later_blocks(len(y), last.held_back, BLOCKS)) < BLOCKS:
                return start
            return with_settings(start, self._best(candidate, run, last, rows, y))

        return choose

    def _best(self, candidate: str, run: str, estimator: Any, X: FloatArray, y: FloatArray) -> dict[str, Any]:
        """Settings of the best trial; the first trial is the estimator as it is."""
        from optuna import TrialPruned
        from optuna.trial import TrialState

        study = self._study(candidate)
        for left in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            study.tell(left.number, state=TrialState.FAIL)  # it was cut off
        if not study.trials:
            study.enqueue_trial(_own(estimator))

        def objective(trial: "optuna.Trial") -> float:
            name = f"{candidate} trial {trial.number + 1}"
            self.progress(name)
            with self.job.child(name, run) as child:
                error = self._measured(trial, child, estimator, blocks, workers)
            if error is None:
                raise TrialPruned
            return error

        done = len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))
        if done < self.trials:
            blocks = later_blocks(len(y), estimator.held_back, BLOCKS)
            with workers_for([(X, y)], 1, self.progress, self.cluster) as workers:
                study.optimize(objective, n_trials=self.trials - done)
        return dict(study.best_params)

    def _study(self, candidate: str) -> "optuna.Study":
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.rows}-{candidate}"
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(self.folder / f"{name}.journal"))),
            study_name=name,
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=FIRST_AT_RANDOM),
        )
        # A search that goes on must not draw what it drew before.
        study.sampler = optuna.samplers.TPESampler(seed=RNG_SEED + len(study.trials), n_startup_trials=FIRST_AT_RANDOM)
        return study

    def _measured(
        self, trial: "optuna.Trial", run: str, estimator: Any, blocks: Sequence[Block], workers: Workers
    ) -> float | None:
        """Return the mean error of a trial over the later blocks; None if the trial was pruned."""
        settings = _suggested(trial, estimator)
        self.job.tracking.log(run, params=settings)
        tried, errors = clone(estimator).set_params(**settings), list[float]()
        for pending in [workers.later(0, BlockErrors(tried, block)) for block in blocks]:
            for error in pending():
                errors.append(error)
                trial.report(float(np.mean(errors)), len(errors))
                if len(errors) < BLOCKS and trial.should_prune():
                    self.job.tracking.log(run, tags={"pruned": f"after block {len(errors)} of {BLOCKS}"})
                    return None
        self.job.tracking.log(run, metrics={ERROR: float(np.mean(errors))})
        return float(np.mean(errors))


@dataclass(frozen=True)
class BlockErrors:
    """Work unit: error of an estimator on a later block of the rows.

    Attributes
    ----------
    estimator : estimator
        Unfitted.
    block : tuple of slice
        Older rows, which it is fitted on, and later rows.
    """

    estimator: Any
    block: Block

    def __call__(self, X: FloatArray, y: FloatArray, step: Step, /) -> list[float]:
        """Return the error; none where the block has no label."""
        return list(self.estimator.block_errors(X, y, [self.block]))


def _own(estimator: Any) -> dict[str, Any]:
    """An estimator's settings among those that are searched."""
    names = (*RATES, *COUNTS, *SHARES, *FLAGS)
    return {name: value for name, value in estimator.get_params().items() if name in names}


def _suggested(trial: "optuna.Trial", estimator: Any) -> dict[str, Any]:
    known = estimator.get_params()
    settings: dict[str, Any] = {name: trial.suggest_float(name, *ends, log=True) for name, ends in RATES.items()}
    settings |= {name: trial.suggest_int(name, *ends, log=True) for name, ends in COUNTS.items()}
    settings |= {name: trial.suggest_float(name, *ends) for name, ends in SHARES.items()}
    return settings | {name: trial.suggest_categorical(name, [False, True]) for name in FLAGS if name in known}
