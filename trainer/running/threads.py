"""How work is shared out among the processor's cores."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch

# As `map`: a function of one argument, and its arguments; results come in their order.
ShareOut = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """One thread of PyTorch: the tensors of a step are so small that sharing them gains little.

    Where another program keeps a core busy, threads that wait for each other would make training
    ten times slower. And the result does not depend on the number of cores.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextlib.contextmanager
def all_cores() -> Iterator[ShareOut]:
    """A `map` whose calls run on all cores, each with one thread of PyTorch.

    They wait for each other no more than the order of their results asks for. An interrupt drops
    what has not begun.
    """
    pool = ThreadPoolExecutor(os.cpu_count())
    with one_thread():
        try:
            yield pool.map
        finally:
            pool.shutdown(cancel_futures=True)
