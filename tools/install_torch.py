"""Install PyTorch into the Python that runs this, without CUDA where no GPU would use it.

    python tools/install_torch.py

On Linux the ordinary PyTorch brings about 3 GB of CUDA libraries. Without an NVIDIA GPU they are
useless, so the CPU build is asked for first, from PyTorch's own index. Where that index cannot be
reached, pip's configured sources are used (a folder of wheels can be named in `PIP_FIND_LINKS`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from importlib import metadata

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
TESTED = "torch==2.13.0"
ACCEPTED = "torch>=2.6,<3"  # as in pyproject.toml
REACH_SECONDS = 5


def installed() -> str | None:
    """The version of the installed PyTorch if it is one that debatebot accepts."""
    try:
        version = metadata.version("torch")
    except metadata.PackageNotFoundError:
        return None
    major, minor = (int(part) for part in version.split(".")[:2])
    return version if (2, 6) <= (major, minor) < (3, 0) else None


def wants_cpu_build() -> bool:
    """True on Linux without an NVIDIA GPU; elsewhere the ordinary build is the right one."""
    return sys.platform == "linux" and shutil.which("nvidia-smi") is None


def reachable(url: str) -> bool:
    """Whether a server answers at `url` within a few seconds."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=REACH_SECONDS):
            return True
    except urllib.error.HTTPError:  # an answer, if a refusal: let pip find out more
        return True
    except OSError:  # no such host, no route, refused, timed out, no TLS
        return False


def pip_install(*arguments: str) -> bool:
    """Run `pip install`, its progress shown; whether it succeeded."""
    return subprocess.run([sys.executable, "-m", "pip", "install", *arguments], check=False).returncode == 0


def say(line: str) -> None:
    """Print at once, in step with pip's own output."""
    print(line, flush=True)


def install() -> bool:
    """Try the sources in order of preference; whether one of them gave PyTorch."""
    if not wants_cpu_build():
        say("Installing PyTorch ...")
        return pip_install(TESTED) or pip_install(ACCEPTED)
    if reachable(f"{CPU_INDEX}/torch/"):
        say("Installing PyTorch for the CPU, about 200 MB ...")
        if pip_install(TESTED, "--index-url", CPU_INDEX):
            return True
    say("PyTorch's CPU index gave nothing. Installing PyTorch from pip's own sources; this can bring")
    say("about 3 GB of CUDA libraries, unless PIP_FIND_LINKS names a folder with a CPU build ...")
    if pip_install(TESTED):
        return True
    say(f"{TESTED} could not be had. Trying any PyTorch that fits ({ACCEPTED}) ...")
    return pip_install(ACCEPTED)


def main() -> int:
    """Install PyTorch unless it is there; the exit status."""
    if version := installed():
        say(f"PyTorch {version} is installed already.")
        return 0
    if install():
        return 0
    say("PyTorch could not be installed: see pip's message above, and check the connection and the disk's space.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
