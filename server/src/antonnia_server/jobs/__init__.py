"""Later work: do X at time T, once, with retries."""

from .job import GiveUp, Handler, Job, JobLost, RunnerStops, RunningJob
from .runner import Runner
from .service import Scheduled, end_all_leases, finish, postpone, schedule

__all__ = [
    "GiveUp",
    "Handler",
    "Job",
    "JobLost",
    "Runner",
    "RunnerStops",
    "RunningJob",
    "Scheduled",
    "end_all_leases",
    "finish",
    "postpone",
    "schedule",
]
