"""Tasks one after the other here, or several at a time in processes of their own."""

import multiprocessing
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any

Message = dict[str, Any]
Send = Callable[[Message], None]
Work = Callable[[Any, Send], None]
Receive = Callable[[int, Message], None]  # (index of the task, what it sent)


def run_tasks(work: Work, tasks: Sequence[Any], jobs: int, receive: Receive) -> None:
    """Calls `work(task, send)` for each task; what it sends arrives at `receive` here.

    With more than one job, each task has a process of its own with one thread of PyTorch, and
    `jobs` of them run at a time. A process that ends before its work does, killed for want of
    memory say, sends {"lost": its exit code}.
    """
    if jobs <= 1:
        for index, task in enumerate(tasks):
            work(task, partial(receive, index))
        return
    context = multiprocessing.get_context("spawn")  # PyTorch does not survive a fork
    waiting = list(enumerate(tasks))
    running: dict[Connection, tuple[int, Any]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                index, task = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_work_alone, args=(work, task, theirs))
                process.start()
                theirs.close()
                running[ours] = index, process
            for ready in wait(list(running)):
                assert isinstance(ready, Connection)
                index, process = running[ready]
                try:
                    message = ready.recv()
                except EOFError:
                    process.join()
                    message = {"lost": process.exitcode}
                if message is None or "lost" in message:
                    ready.close()
                    del running[ready]
                if message is not None:
                    receive(index, message)
    finally:
        for _, process in running.values():
            process.terminate()


def _work_alone(work: Work, task: Any, connection: Connection) -> None:
    """In the process. If ours has been killed, sending fails, and this one ends too."""
    import torch

    torch.set_num_threads(1)
    try:
        work(task, connection.send)
        connection.send(None)
    except BrokenPipeError:
        return
