"""Mutation testing of the mechanisms: does a test notice when a formula is changed?

Usage: ``python tests/mutation.py [MODULE ...]``, or ``make mutation``.  One operator, number, sign,
comparison or call is changed at a time.  The unit tests of the module are collected once; for each
mutant the process forks, the child puts the changed functions in the place of the old ones and runs
the tests that reach them until one fails.  A mutant is *killed* by a test that fails, *times out*
after several times the processor time that the tests take unchanged, or *survives*.  Survivors that
no test can or need notice are listed with their reason in ``mutation_survivors.yaml``; any other,
and an entry there that no mutant answers to any more, is a failure.
"""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import mmap
import os
import pickle
import resource
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[1]
ACCEPTED = Path(__file__).with_name("mutation_survivors.yaml")
PACKAGES = ("agents", "model", "experiments", "viz", "tests")
TARGETS = (
    "agents/adoption_choice.py",
    "agents/arrays.py",
    "agents/capability.py",
    "agents/chip_design.py",
    "agents/designer.py",
    "agents/developer.py",
    "agents/fleet_split.py",
    "agents/foundry.py",
    "agents/government.py",
    "agents/hiring.py",
    "agents/lithography.py",
    "agents/migration.py",
    "agents/openness.py",
    "agents/portfolio.py",
    "agents/product_planning.py",
    "agents/purchasing.py",
    "agents/releases.py",
    "agents/research.py",
    "agents/run_planning.py",
    "agents/runs.py",
    "agents/sector_choice.py",
    "agents/software.py",
    "agents/talent_pool.py",
    "agents/trainer.py",
    "model/adoption.py",
    "model/chip_lines.py",
    "model/chip_market.py",
    "model/chip_session.py",
    "model/chip_works.py",
    "model/ecosystem.py",
    "model/ensemble.py",
    "model/frontier.py",
    "model/grey_market.py",
    "model/knowledge.py",
    "model/labour_market.py",
    "model/measures.py",
    "model/memory_market.py",
    "model/streams.py",
    "model/talent_flows.py",
)
# A mutant may take this many times the processor time of the unchanged tests, and so long at least.
PATIENCE = 10.0
LEAST_SECONDS = 5.0

_OPERATORS: dict[type[ast.AST], list[type[ast.AST]]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mult],
    ast.Mod: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.LShift: [ast.RShift],
    ast.RShift: [ast.LShift],
    ast.BitAnd: [ast.BitOr],
    ast.BitOr: [ast.BitAnd],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
_FUNCTIONS = {
    "maximum": "minimum",
    "max": "min",
    "argmax": "argmin",
    "any": "all",
    "exp": "expm1",
    "log": "log1p",
    "log10": "log2",
    "sqrt": "square",
    "floor": "ceil",
}
_FUNCTIONS |= {swapped: name for name, swapped in _FUNCTIONS.items()}
# Calls of which one argument alone is a mutant: a bound or a case forgotten.
_ONE_ARGUMENT_OF = {"where": (1, 2), "maximum": (0, 1), "minimum": (0, 1), "clip": (0,)}


@dataclass(frozen=True)
class Mutant:
    """One change of a syntax tree: the function it is in, the change in words, how to make it."""

    line: int
    scope: str
    words: str
    put: Callable[[], None]


def mutants(tree: ast.Module) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines; ``put`` makes the change in ``tree``.

    Where a function can be changed in the same words in several places, the second is "... (2)".
    """
    found = [
        Mutant(
            old.lineno,
            scope,
            f"{scope}: {ast.unparse(old)} -> {ast.unparse(new)}",
            _putter(holder, field, place, new),
        )
        for scope, holder, field, place, old in _nodes(tree, "module")
        for new in _variants(old)
    ]
    found.sort(key=lambda mutant: mutant.line)
    times: Counter[str] = Counter()
    for number, mutant in enumerate(found):
        times[mutant.words] += 1
        if (place := times[mutant.words]) > 1:
            found[number] = replace(mutant, words=f"{mutant.words} ({place})")
    return found


def _nodes(
    holder: ast.AST, scope: str
) -> Iterator[tuple[str, ast.AST, str, int | None, ast.expr | ast.stmt]]:
    """Scope, holder, field, place in it and node itself of all that may change."""
    for field, value in ast.iter_fields(holder):
        if field in {"annotation", "returns", "decorator_list", "type_params"}:
            continue
        for place, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or isinstance(node, ast.Raise | ast.JoinedStr):
                continue
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                within = node.name if scope == "module" else f"{scope}.{node.name}"
                yield from _nodes(node, within)
                continue
            if isinstance(node, ast.expr | ast.stmt):
                yield scope, holder, field, place, node
            yield from _nodes(node, scope)


def _variants(node: ast.AST) -> list[Any]:
    """What may take the place of a node."""
    made: list[Any] = []
    match node:
        case ast.BinOp(left, operator, right):
            made = [ast.BinOp(left, other, right) for other in _others(operator)]
        case ast.AugAssign(target, operator, value):
            made = [ast.AugAssign(target, other, value) for other in _others(operator)]
            made.append(ast.Pass())
        case ast.BoolOp(operator, values):
            made = [ast.BoolOp(other, values) for other in _others(operator)]
        case ast.Compare(left, [operator], right):
            made = [ast.Compare(left, [other], right) for other in _others(operator)]
        case ast.UnaryOp(ast.USub() | ast.Invert() | ast.Not(), operand):
            made = [operand]
        case ast.Constant(value):
            made = [ast.Constant(number) for number in _other_numbers(value)]
        case ast.IfExp(_, first, second):
            made = [first, second]
        case ast.Call():
            made = _other_calls(node)
        case ast.Expr(ast.Call()):
            made = [ast.Pass()]
    return made


def _others(operator: ast.AST) -> list[Any]:
    return [other() for other in _OPERATORS.get(type(operator), [])]


def _other_numbers(value: object) -> list[float]:
    if isinstance(value, float):
        return [2.0 * value or 1.0]
    return [value + 1] if isinstance(value, int) and not isinstance(value, bool) else []


def _other_calls(call: ast.Call) -> list[ast.expr]:
    if not isinstance(call.func, ast.Attribute):
        return []
    name = call.func.attr
    of_numpy = isinstance(call.func.value, ast.Name) and call.func.value.id == "np"
    places = _ONE_ARGUMENT_OF.get(name, ()) if of_numpy else ()
    alone = [call.args[place] for place in places if place < len(call.args)]
    made: list[ast.expr] = [part for part in alone if not isinstance(part, ast.Constant)]
    if name in _FUNCTIONS:
        other = ast.Attribute(call.func.value, _FUNCTIONS[name], ast.Load())
        made.append(ast.Call(other, call.args, call.keywords))
    return made


def _putter(holder: ast.AST, field: str, place: int | None, new: Any) -> Callable[[], None]:
    def put() -> None:
        if place is None:
            setattr(holder, field, new)
        else:
            getattr(holder, field)[place] = new

    return put


def install(module: ModuleType, tree: ast.Module) -> None:
    """Let every holder of a function, method or constant of the module have that of ``tree``."""
    made: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(ast.fix_missing_locations(tree), str(module.__file__), "exec"), made)
    for name, new in made.items():
        old = vars(module).get(name)
        if new is old or name.startswith("__"):
            continue
        if isinstance(new, type):
            for part, method in vars(new).items():
                _transplant(vars(old).get(part), method)
        elif not _transplant(old, new):
            for holder in [m for key, m in sys.modules.items() if key.split(".")[0] in PACKAGES]:
                if vars(holder).get(name) is old:
                    setattr(holder, name, new)


def _transplant(old: Any, new: Any) -> bool:
    """Give a function the code and the defaults of another; whether they are functions."""
    bodies = [_body(part) for part in (old, new)]
    if not all(isinstance(body, FunctionType) for body in bodies):
        return False
    before, after = bodies
    before.__code__ = after.__code__
    before.__defaults__, before.__kwdefaults__ = after.__defaults__, after.__kwdefaults__
    if hasattr(old, "cache_clear"):
        old.cache_clear()
    return True


def _body(part: Any) -> Any:
    if isinstance(part, property):
        part = part.fget
    elif isinstance(part, cached_property):
        part = part.func
    return inspect.unwrap(getattr(part, "__func__", part))


class Mutations:
    """A pytest plugin: instead of the tests once, it runs them on every mutant of a module.

    Attributes:
        outcomes: how many mutants were killed, timed out or survived.
        survivors: the mutants that survived, in words.
        existing: all mutants, in words.
    """

    def __init__(self, path: str, accepted: Collection[str]) -> None:
        self._path = path
        self._accepted = accepted
        self._is_child = False
        self.outcomes: Counter[str] = Counter()
        self.survivors: set[str] = set()
        self.existing: set[str] = set()
        self._items: list[pytest.Item] = []
        # What a child leaves to its parent: which test failed, by its place; which functions of
        # the module each test reached.
        self._failed = mmap.mmap(-1, 4)
        self._reached: dict[str, set[str]] = {}
        self._now_reached: set[str] = set()
        self._report: int | None = None

    def pytest_collection(self) -> None:
        """Let Hypothesis stop at the first failure: nobody looks at the least one."""
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("mutation", settings.get_profile("quick"), phases=phases)
        settings.load_profile("mutation")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Try every mutant; in a child do no more, so that pytest goes on to run the tests."""
        if session.testsfailed or not session.items:
            return None
        module = importlib.import_module(self._path.removesuffix(".py").replace("/", "."))
        tree = ast.parse((ROOT / self._path).read_text(encoding="utf-8"))
        self._items = list(session.items)
        gc.freeze()  # no child need look through what was there before it
        if (limit := self._try_unchanged(str(module.__file__))) is None:
            return None
        for mutant in mutants(tree):
            if (outcome := self._outcome(limit)) is None:
                session.items[:] = self._reaching(mutant.scope)
                mutant.put()
                install(module, tree)
                return None
            self._count(mutant, outcome)
        return True

    def _try_unchanged(self, source: str) -> float | None:
        """Time for a mutant, s, from what the tests take; None in the process that runs them."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        read, write = os.pipe()
        outcome = self._outcome(limit=600.0)
        if outcome is None:
            self._report = write
            self._watch(source)
            return None
        os.close(write)
        with os.fdopen(read, "rb") as report:
            self._reached = pickle.load(report) if outcome == "survived" else {}
        if outcome != "survived":
            pytest.exit(f"{self._path}: its tests fail as they are", returncode=1)
        took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        return max(LEAST_SECONDS, PATIENCE * took)

    def _watch(self, source: str) -> None:
        """Note from now on which functions of a file are entered."""

        def entered(code: CodeType, _: int) -> object:
            if code.co_filename == source:
                self._now_reached.add(code.co_qualname.replace("<locals>.", ""))
            return sys.monitoring.DISABLE

        tool, start = sys.monitoring.PROFILER_ID, sys.monitoring.events.PY_START
        sys.monitoring.use_tool_id(tool, "mutation")
        sys.monitoring.register_callback(tool, start, entered)
        sys.monitoring.set_events(tool, start)

    def _reaching(self, scope: str) -> list[pytest.Item]:
        """The tests that reach a function; all for what is no function."""
        reaching = [item for item in self._items if scope in self._reached[item.nodeid]]
        return reaching or self._items

    def _count(self, mutant: Mutant, outcome: str) -> None:
        self.existing.add(mutant.words)
        self.outcomes[outcome] += 1
        if outcome == "survived":
            self.survivors.add(mutant.words)
            if mutant.words not in self._accepted:
                print(f"  survived: {self._path}:{mutant.line}: {mutant.words}", flush=True)
        elif outcome == "killed":
            # What notices one change is likely to notice the next one.
            last = int.from_bytes(self._failed[:], "little")
            self._items.insert(0, self._items.pop(last))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """End a child at its first failure: a report on it would take most of the time."""
        if self._report is not None:
            self._reached[item.nodeid] = self._now_reached = set()
            sys.monitoring.restart_events()
        try:
            return (yield)
        except pytest.skip.Exception:
            raise
        except BaseException:
            if self._is_child:
                self._failed[:] = self._items.index(item).to_bytes(4, "little")
                os._exit(1)
            raise

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """End a child whose tests are through."""
        if self._report is not None:
            with os.fdopen(self._report, "wb") as report:
                pickle.dump(self._reached, report)
        if self._is_child:
            os._exit(exitstatus)

    def _outcome(self, limit: float) -> str | None:
        """What becomes of a child that runs the tests; None in that process."""
        with warnings.catch_warnings():
            # PyArrow keeps a thread of its own, which no test of a mechanism needs.
            warnings.filterwarnings("ignore", "This process .* is multi-threaded")
            child = os.fork()
        if child == 0:
            self._is_child = True
            self._failed[:] = bytes(4)
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            signal.setitimer(signal.ITIMER_PROF, limit)
            return None
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            return "timed out" if os.WTERMSIG(status) == signal.SIGPROF else "killed"
        return "killed" if os.WEXITSTATUS(status) else "survived"


def tests_of(path: str) -> str:
    """The file of unit tests beside a module."""
    return f"tests/{path.replace('/', '/test_')}"


def score(path: str, accepted: dict[str, str]) -> tuple[Counter[str], bool]:
    """Try every mutant of a module: what became of them, and whether that is as accepted."""
    plugin = Mutations(path, accepted)
    options = ["-qq", "-x", "--capture=no", "--tb=no", "--disable-warnings"]
    options += ["-p", "no:cacheprovider", "-p", "no:xdist"]
    status = pytest.main([*options, tests_of(path)], plugins=[plugin])
    if status not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        print(f"{path}: {tests_of(path)} cannot be run", file=sys.stderr)
        return plugin.outcomes, False
    print(f"{path}: {plugin.outcomes['killed']} of {plugin.outcomes.total()} killed", flush=True)
    stale = accepted.keys() - plugin.survivors
    for words in sorted(stale):
        what = "is killed" if words in plugin.existing else "is no mutant"
        print(f"  {ACCEPTED.name}: {path}: {words}: {what} any more", flush=True)
    return plugin.outcomes, plugin.survivors == accepted.keys()


def main(paths: list[str]) -> int:
    """Score the modules; the exit status: 1 if one has survivors that are not accepted."""
    os.chdir(ROOT)
    listed = yaml.safe_load(ACCEPTED.read_text(encoding="utf-8"))
    scores = {path: score(path, listed.get(path, {})) for path in paths}
    print("\n| module | killed | timed out | survived | mutants |\n|---|---|---|---|---|")
    for path, (counts, _) in scores.items():
        numbers = [counts["killed"], counts["timed out"], counts["survived"], counts.total()]
        print(f"| `{path}` | {' | '.join(map(str, numbers))} |")
    return 0 if all(as_accepted for _, as_accepted in scores.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(TARGETS)))
