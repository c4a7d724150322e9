"""Coroutines in virtual time: a heap of what is to run next, and nothing else. No event loop, no threads.

A task waits by awaiting `Pause` (so many microseconds) or a `Promise` (until somebody keeps it). Tasks belong to a
process; when one of them raises Crash, all of its process is gone, as it stands.
"""

from collections.abc import Callable, Coroutine, Generator
from functools import partial
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Work = Coroutine[Any, Any, Any]


class Crash(BaseException):
    """The process dies here. No handler may catch it, hence no Exception."""


class Violation(BaseException):
    """A law was broken. No handler may swallow it, hence no Exception."""


class Pause:
    """Await it to let so many microseconds pass, and others run."""

    __slots__ = ("micros",)

    def __init__(self, micros: int) -> None:
        self.micros = micros

    def __await__(self) -> Generator[int, None, None]:
        yield self.micros


class Promise(Generic[T]):
    """A value that is still to come. Keeping it a second time changes nothing."""

    __slots__ = ("_value", "_waiting", "kept")

    def __init__(self) -> None:
        self.kept = False
        self._waiting: list[Callable[[], None]] = []
        self._value: T | None = None

    def keep(self, value: T) -> None:
        """Give the value to everybody who waits."""
        if self.kept:
            return
        self.kept, self._value = True, value
        for wake in self._waiting:
            wake()

    def when_kept(self, wake: Callable[[], None]) -> None:
        """Call `wake` when the value is there, perhaps at once."""
        if self.kept:
            wake()
        else:
            self._waiting.append(wake)

    def __await__(self) -> Generator["Promise[T]", None, T]:
        if not self.kept:
            yield self
        assert self._value is not None
        return self._value


class Process:
    """Tasks that die together. `fell` is called after a crash, once."""

    def __init__(self, fell: Callable[[], None] = lambda: None) -> None:
        self.alive = True
        self.tasks: dict[Task, None] = {}  # in the order they began
        self._fell = fell

    def kill(self) -> None:
        """End every task where it stands."""
        self.alive = False
        for task in self.tasks:
            task.work.close()
        self.tasks.clear()
        self._fell()


class Task:
    """One coroutine of a process. `actor` says for whom it works: a row of the table of faults."""

    __slots__ = ("actor", "process", "resume", "work")

    def __init__(self, work: Work, process: Process, actor: str) -> None:
        self.work = work
        self.process = process
        self.actor = actor
        self.resume: Callable[[], None] = lambda: None


class Scheduler:
    """Runs what is due, in the order of virtual time; what is due at once, in the order it was asked for."""

    def __init__(self) -> None:
        self.micros = 0
        self.actor = ""
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._processes: set[Process] = set()
        self._asked = 0

    def after(self, micros: int, do: Callable[[], None]) -> None:
        """Call `do` after so many microseconds."""
        self._asked += 1
        heappush(self._heap, (self.micros + micros, self._asked, do))

    def spawn(self, work: Work, process: Process, actor: str) -> None:
        """Begin a task now."""
        task = Task(work, process, actor)
        task.resume = partial(self._resume, task)
        process.tasks[task] = None
        self._processes.add(process)
        self.after(0, task.resume)

    def run(self, most: int) -> int:
        """Run until nothing is left to do, and return in how many steps; stop at `most`."""
        heap = self._heap
        for steps in range(most):
            if not heap:
                return steps
            self.micros, _, do = heappop(heap)
            do()
        return most

    def close(self) -> None:
        """End whatever still waits, when nobody wants to know any more."""
        for process in self._processes:
            for task in process.tasks:
                task.work.close()
        self._processes.clear()
        self._heap.clear()

    def _resume(self, task: Task) -> None:
        if task not in task.process.tasks:
            return
        self.actor = task.actor
        try:
            wait = task.work.send(None)
        except StopIteration:
            del task.process.tasks[task]
            if not task.process.tasks:
                self._processes.discard(task.process)
        except Crash:
            self._processes.discard(task.process)
            task.process.kill()
        else:
            if isinstance(wait, int):
                self.after(wait, task.resume)
            else:
                wait.when_kept(partial(self.after, 0, task.resume))
