"""Sets up ``.venv``: finds a suitable Python, installs the locked packages and the project.

Runs on any Python from 3.6 up with the standard library alone, so whatever ``python3`` is will do
to start it.  The project gets the newest suitable interpreter on this machine, or the one that
``AIGAP_PYTHON`` names.  Run again, it does nothing unless the lock, ``pyproject.toml`` or the
interpreter changed, the checkout moved, or an earlier set-up was cut short.
"""

import glob
import hashlib
import os
import shutil
import subprocess
import sys
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

OLDEST, TOO_NEW = (3, 12), (3, 15)
NEEDED = "CPython 3.12, 3.13 or 3.14, with venv and pip"
NAMES = ["python3.14", "python3.13", "python3.12", "python3", "python"]

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOCK = os.path.join(ROOT, "requirements.lock")
PROJECT = os.path.join(ROOT, "pyproject.toml")
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "set-up-complete")

# Where version managers, distributions and installers put interpreters outside PATH.
USUAL_PLACES = """
    $PYENV_ROOT/versions/*/bin  ~/.pyenv/versions/*/bin
    $ASDF_DATA_DIR/installs/python/*/bin  ~/.asdf/installs/python/*/bin
    ~/.local/share/mise/installs/python/*/bin
    $UV_PYTHON_INSTALL_DIR/*/bin  $XDG_DATA_HOME/uv/python/*/bin  ~/.local/share/uv/python/*/bin
    $CONDA_PREFIX/bin  ~/*conda*/bin  ~/*conda*/envs/*/bin  ~/*forge*/bin  ~/*forge*/envs/*/bin
    ~/.local/bin  /usr/bin  /usr/local/bin  /opt/*/bin
    /usr/local/opt/python@3*/bin  /opt/homebrew/opt/python@3*/bin
    /Library/Frameworks/Python.framework/Versions/3.*/bin
""".split()

HOW_TO_GET_ONE = """\
Any one of these brings a suitable Python; then run the same command again:
  Debian 13, Ubuntu 24.04 or newer   apt-get install python3 python3-venv
  macOS with Homebrew                brew install python@3.13
  conda                              conda create --name py313 python=3.13
  uv                                 uv python install 3.13
  pyenv                              pyenv install 3.13
If one is in an unusual place, name it: AIGAP_PYTHON=/path/to/python3.13 make setup"""

# Put to every candidate, so it must run on any Python.
QUESTION = """
import platform, sys
try:
    import ensurepip, venv
    able = True
except ImportError:
    able = False
print(getattr(sys, "_base_executable", None) or sys.executable)
print(getattr(sys, "base_prefix", sys.prefix))
print(platform.python_implementation())
print("%d.%d.%d" % sys.version_info[:3])
print(sys.version_info[3] == "final")
print(getattr(sys, "_is_gil_enabled", lambda: True)())
print(able)
"""


class SetUpError(Exception):
    """The environment cannot be set up; the message says why and what to do about it."""


class Interpreter(NamedTuple):
    """A Python that answered, seen through any virtual environment to the one behind it."""

    path: str
    prefix: str
    kind: str
    version: str
    is_final: bool
    has_gil: bool
    makes_environments: bool

    @property
    def series(self) -> Tuple[int, ...]:
        """Its major and minor version."""
        return tuple(int(part) for part in self.version.split(".")[:2])

    @property
    def flaw(self) -> str:
        """Why it will not do; empty if it will."""
        package = "python{}.{}-venv".format(*self.series)
        flaws = [
            (self.kind != "CPython", "is " + self.kind),
            (self.series < OLDEST, "too old"),
            (self.series >= TOO_NEW, "newer than the locked packages"),
            (not self.is_final, "a pre-release"),
            (not self.has_gil, "a free-threaded build"),
            (not self.makes_environments, f"lacks venv or ensurepip; Debian: {package}"),
        ]
        return next((flaw for applies, flaw in flaws if applies), "")

    def __str__(self) -> str:
        """Version, path and flaw, as a line of a list."""
        return f"{self.version:8} {self.path}  ({self.flaw or 'suitable'})"


def ask(candidate: str) -> Optional[Interpreter]:
    """Run a candidate and ask what it is; None if it does not run, as many a shim does not."""
    try:
        reply = subprocess.run(
            [candidate, "-E", "-c", QUESTION],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
            timeout=30,
        )
        path, prefix, kind, version, *answers = reply.stdout.splitlines()
        is_final, has_gil, makes_environments = (answer == "True" for answer in answers)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return Interpreter(path, prefix, kind, version, is_final, has_gil, makes_environments)


def folders() -> Iterator[str]:
    """Folders to search: PATH, what its shims stand for, beside this Python, the usual places."""
    on_path = [folder.rstrip("/") for folder in os.environ.get("PATH", "").split(os.pathsep)]
    yield from (folder for folder in on_path if folder)
    managers = [os.path.dirname(folder) for folder in on_path if folder.endswith("/shims")]
    patterns = [manager + "/versions/*/bin" for manager in managers]
    patterns += [manager + "/installs/python/*/bin" for manager in managers]
    patterns += [os.path.dirname(sys.base_prefix) + "/*/bin"]
    for pattern in patterns + USUAL_PLACES:
        place = os.path.expanduser(os.path.expandvars(pattern))
        if place.startswith("/"):  # not so where a variable is unset or empty
            yield from sorted(glob.glob(place))


def interpreters() -> List[Interpreter]:
    """Every interpreter found, each once, in the order of the search."""
    candidates = [sys.executable]
    candidates += [os.path.join(folder, name) for folder in folders() for name in NAMES]
    files: Dict[str, str] = {}
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            files.setdefault(os.path.realpath(candidate), candidate)
    found: Dict[Tuple[str, str], Interpreter] = {}
    for candidate in files.values():
        interpreter = ask(candidate)
        if interpreter:
            found.setdefault((interpreter.prefix, interpreter.version), interpreter)
    return list(found.values())


def named_interpreter(name: str) -> Interpreter:
    """The interpreter that ``AIGAP_PYTHON`` names."""
    interpreter = ask(shutil.which(name) or name)
    if interpreter is None:
        raise SetUpError(f"AIGAP_PYTHON={name} does not run as a Python interpreter.")
    if interpreter.flaw:
        raise SetUpError(
            f"AIGAP_PYTHON={name} is Python {interpreter.version} ({interpreter.flaw}), "
            f"but aigap needs {NEEDED}."
        )
    return interpreter


def newest_interpreter() -> Interpreter:
    """The suitable interpreter of the newest series; among equals, the first one found."""
    found = interpreters()
    suitable = [interpreter for interpreter in found if not interpreter.flaw]
    if suitable:
        return max(suitable, key=lambda interpreter: interpreter.series)
    listing = "\n".join(f"  {interpreter}" for interpreter in found)
    raise SetUpError(
        f"No suitable Python: aigap needs {NEEDED}.\nFound:\n{listing}\n{HOW_TO_GET_ONE}"
    )


def fingerprint(file: str, *facts: str) -> str:
    """A digest of a file's contents and some facts."""
    with open(file, "rb") as opened:
        return hashlib.sha256(opened.read() + os.fsencode("\0".join(facts))).hexdigest()


def environment_fingerprint(interpreter: Interpreter) -> str:
    """What an environment depends on: the lock, the interpreter, and where it lies."""
    return fingerprint(LOCK, interpreter.prefix, interpreter.version, ROOT)


def run(command: List[str], what: str) -> None:
    """Run a command, its messages shown; stop the set-up if it fails."""
    if subprocess.call(command, stdin=subprocess.DEVNULL) != 0:
        raise SetUpError(f"Set-up stopped: could not {what}; the reason is above.")


def pip_install(*arguments: str) -> None:
    """Install into the environment, quietly unless it fails."""
    options = ["--quiet", "--no-input", "--disable-pip-version-check"]
    command = [VENV_PYTHON, "-E", "-m", "pip", "install", *options, *arguments]
    run(command, "download and install the packages (is the network up?)")


def build_environment(interpreter: Interpreter) -> None:
    """Make ``.venv`` anew, with the locked packages."""
    print(f"Setting up .venv with Python {interpreter.version} ({interpreter.path}).")
    print("This takes a minute or two, once.", flush=True)
    command = [interpreter.path, "-E", "-m", "venv", "--clear", VENV]
    run(command, f"create a virtual environment with {interpreter.path}")
    pip_install("--require-hashes", "--requirement", LOCK)


def set_up() -> None:
    """Bring ``.venv`` up to date; the stamp, written last, says what it was made from."""
    name = os.environ.get("AIGAP_PYTHON")
    named = named_interpreter(name) if name else None
    present = ask(VENV_PYTHON)
    stamp: List[str] = []
    if present and os.path.exists(STAMP):
        with open(STAMP) as file:
            stamp = file.read().split()

    interpreter = named or present
    if not interpreter or stamp[:1] != [environment_fingerprint(interpreter)]:
        interpreter, stamp = named or newest_interpreter(), []
        build_environment(interpreter)
    complete = [environment_fingerprint(interpreter), fingerprint(PROJECT)]
    if stamp != complete:
        pip_install("--no-deps", "--no-build-isolation", "--editable", ROOT)
        with open(STAMP + ".new", "w") as file:
            file.write("\n".join(complete))
        os.replace(STAMP + ".new", STAMP)


def main() -> int:
    """Set up; on failure say why in plain words."""
    try:
        set_up()
    except (SetUpError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Set-up interrupted; the next one starts over.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
