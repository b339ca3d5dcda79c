"""Write the digest of the base image into the Dockerfile: asked of a registry, never invented (`make pin-images`)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

DOCKERFILE = Path(__file__).parents[1] / "Dockerfile"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def pinned(dockerfile: str, digest: str) -> str:
    """The Dockerfile with this digest as the default of DIGEST. Raises ValueError where it is none."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"not a digest: {digest!r}")
    return re.sub(r"^ARG DIGEST=.*$", f"ARG DIGEST=@{digest}", dockerfile, flags=re.MULTILINE)


def image(dockerfile: str) -> str:
    """The base image by name and tag."""
    tag = re.search(r"^ARG PYTHON=(\S+)$", dockerfile, flags=re.MULTILINE)
    if tag is None:
        raise ValueError("the Dockerfile has no ARG PYTHON")
    return f"python:{tag[1]}"


def main() -> int:
    """Ask and write; says what to do where no registry answers."""
    text = DOCKERFILE.read_text(encoding="utf-8")
    command = ["docker", "buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", image(text)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 (our own command line)
    except (OSError, subprocess.CalledProcessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()[-1:]
        sys.stderr.write(f"no digest of {image(text)}: {' '.join(said)}; it needs Docker with buildx and a registry\n")
        return 1
    DOCKERFILE.write_text(pinned(text, json.loads(done.stdout)["digest"]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
