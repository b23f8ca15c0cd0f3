"""Parses the repository's Dockerfile and .dockerignore, and only the syntax that they use."""

import fnmatch
import json
import pathlib
import shlex


class Stage:
    """One stage: its base, and its instructions in order, as pairs of a keyword and arguments."""

    def __init__(self, base, name):
        self.base, self.name, self.instructions = base, name, []

    def all(self, word):
        """The arguments of every instruction with this keyword."""
        return [arguments for it, arguments in self.instructions if it == word]

    def one(self, word):
        """The arguments of the only instruction with this keyword."""
        found = self.all(word)
        if len(found) != 1:
            raise ValueError(f"{word} stands {len(found)} times")
        return found[0]

    def environment(self):
        """The variables that ENV sets."""
        return dict(pair.split("=", 1) for text in self.all("ENV") for pair in shlex.split(text))

    def health_command(self):
        """The command of HEALTHCHECK, which must be in exec form."""
        options, _, command = self.one("HEALTHCHECK").partition("CMD ")
        if not all(option.startswith("--") for option in options.split()):
            raise ValueError(f"HEALTHCHECK {options}")
        return json.loads(command)


KNOWN = "FROM WORKDIR COPY RUN ENV USER VOLUME EXPOSE HEALTHCHECK ENTRYPOINT".split()


def stages(path):
    """The stages of a Dockerfile."""
    found = []
    text = pathlib.Path(path).read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, arguments = line.split(maxsplit=1)
        if word not in KNOWN:
            raise ValueError(f"{path}: {word} is not known here")
        if word == "FROM":
            base, *name = arguments.split()
            found.append(Stage(base, name[1] if name else None))
        else:
            found[-1].instructions.append((word, arguments.strip()))
    return found


class Ignored:
    """The patterns of .dockerignore: names, and `**/name` for a name in any folder."""

    def __init__(self, path):
        self.patterns = pathlib.Path(path).read_text().split()
        if any("!" in it or "/" in it.removeprefix("**/") for it in self.patterns):
            raise ValueError(f"{path}: a pattern that is not known here")

    def has(self, path):
        """Whether a path, relative to the root, matches a pattern or is inside a match."""
        for pattern in self.patterns:
            names = path.parts if pattern.startswith("**/") else path.parts[:1]
            if any(fnmatch.fnmatch(name, pattern.removeprefix("**/")) for name in names):
                return True
        return False
