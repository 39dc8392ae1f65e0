"""Grading a whole class: tasks, where they are worked on, and the store that knows what is done."""

from autograder.scheduling.dispatching import dispatch
from autograder.scheduling.pools import ClusterPool, LocalPool, Needs, Pool
from autograder.scheduling.store import Store
from autograder.scheduling.tasks import Task, grade, look_again, task_of, tasks

__all__ = [
    "ClusterPool",
    "LocalPool",
    "Needs",
    "Pool",
    "Store",
    "Task",
    "dispatch",
    "grade",
    "look_again",
    "task_of",
    "tasks",
]
