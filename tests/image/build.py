"""Builds the image's program by the commands of the Dockerfile's first stage, in a folder with the
build context that a container engine would get. The compiler's output and the program stay in the
repository's target folder.

The instructions before the whole context is copied run in a separate folder. Like a cached layer,
their result is reused until their input files change."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

from dockerfile import Ignored, stages

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTEXT = ROOT / "target/image/context"
DEPENDENCIES = ROOT / "target/image/dependencies"
MADE_FROM = ROOT / "target/image/dependencies.made-from"


def main():
    stage = stages(ROOT / "Dockerfile")[0]
    if stage.name != "build" or not stage.base.startswith("rust:"):
        sys.exit("the first stage is not the build")
    if stage.one("WORKDIR") != "/build":
        sys.exit("the build is not in /build")
    steps = [step for step in stage.instructions if step[0] != "WORKDIR"]
    whole = steps.index(("COPY", ". ."))
    make_dependencies(steps[:whole])
    copy_context()
    for word, command in steps[whole + 1 :]:
        if word != "RUN":
            sys.exit(f"{word} is not known here once the context is copied")
        run(command, CONTEXT)


def run(command, folder):
    print(f"+ {command}", flush=True)
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True)


def make_dependencies(steps):
    """Runs the instructions before the context is copied, unless its input files are unchanged."""
    made_from = hashlib.sha256(repr(steps).encode())
    for word, text in steps:
        for source in text.split()[:-1] if word == "COPY" else []:
            for path in sorted(path for path in [ROOT / source, *(ROOT / source).rglob("*")] if path.is_file()):
                made_from.update(repr((str(path.relative_to(ROOT)), path.read_bytes())).encode())
    if MADE_FROM.exists() and MADE_FROM.read_text() == made_from.hexdigest():
        return
    MADE_FROM.unlink(missing_ok=True)
    shutil.rmtree(DEPENDENCIES, ignore_errors=True)
    DEPENDENCIES.mkdir(parents=True)
    lead_to_target(DEPENDENCIES)
    for word, text in steps:
        if word == "RUN":
            run(text, DEPENDENCIES)
            continue
        *sources, target = text.split()
        for source in sources:
            if (ROOT / source).is_dir():
                # COPY copies the content of a folder, not the folder.
                shutil.copytree(ROOT / source, DEPENDENCIES / target, dirs_exist_ok=True)
            else:
                shutil.copy2(ROOT / source, DEPENDENCIES / target)
    MADE_FROM.write_text(made_from.hexdigest())


def lead_to_target(folder):
    target = folder / "target"
    if not target.is_symlink():
        target.symlink_to(ROOT / "target", target_is_directory=True)


def copy_context():
    """Updates the folder. Files keep their times, so that nothing is built twice."""
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
    lead_to_target(CONTEXT)


def files(root, ignored):
    """Every file below a folder that is not ignored."""
    for folder, folders, names in os.walk(root):
        here = pathlib.Path(folder)
        folders[:] = [name for name in folders if not ignored.has((here / name).relative_to(root))]
        yield from (here / name for name in names if not ignored.has((here / name).relative_to(root)))


if __name__ == "__main__":
    main()
