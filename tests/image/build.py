"""Builds what the image is made of, by the commands of the Dockerfile's first stage, in a folder that holds what a container
engine would be sent. The compiler's output stays in the repository's target folder, and the program with it."""

import os
import pathlib
import shutil
import subprocess
import sys

from dockerfile import Ignored, stages

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTEXT = ROOT / "target/image/context"


def main():
    stage = stages(ROOT / "Dockerfile")[0]
    if stage.name != "build" or not stage.base.startswith("rust:"):
        sys.exit("the first stage is not the build")
    copy_context()
    folder = stage.one("WORKDIR")
    if stage.one("COPY") != ". ." or folder != "/build":
        sys.exit("the build does not take the whole context to /build")
    for command in stage.all("RUN"):
        print(f"+ {command}", flush=True)
        subprocess.run(["/bin/sh", "-c", command], cwd=CONTEXT, check=True)


def copy_context():
    """Brings the folder up to date. Files keep their times, so that nothing is built twice."""
    wanted = {path.relative_to(ROOT) for path in files(ROOT, Ignored(ROOT / ".dockerignore"))}
    CONTEXT.mkdir(parents=True, exist_ok=True)
    for path in files(CONTEXT, Ignored(ROOT / ".dockerignore")):
        if path.relative_to(CONTEXT) not in wanted:
            path.unlink()
    for path in wanted:
        source, copy = ROOT / path, CONTEXT / path
        if not copy.exists() or copy.stat().st_mtime != source.stat().st_mtime:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    target = CONTEXT / "target"
    if not target.is_symlink():
        target.symlink_to(ROOT / "target", target_is_directory=True)


def files(root, ignored):
    """Every file below a folder that is not ignored."""
    for folder, folders, names in os.walk(root):
        here = pathlib.Path(folder)
        folders[:] = [name for name in folders if not ignored.has((here / name).relative_to(root))]
        yield from (here / name for name in names if not ignored.has((here / name).relative_to(root)))


if __name__ == "__main__":
    main()
