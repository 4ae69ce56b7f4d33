"""One boot of an instance, as far as its user data tells: scripts one after the other, then what they left to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.user_data.boot_files import FileUse, cron_commands, unit_commands, use_of
from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.aws.user_data.shell_state import ScriptFile, ScriptFrame, World
from imdsguard.aws.user_data.shell_values import shown, without_marks
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.aws.user_data.script import File
    from imdsguard.aws.user_data.shell import Shell

_MOST_SCRIPTS = 200
_MOST_CALLS = 100
_WORDS = (
    "169", "fd00", "0251", "0xa9", "0x0", "2852039166", "025177524776", "ffff", "instance-data", "metadata",
    "meta-data", "aws", "boto", "base64", "http", "s3:", "pip", "npm", "gem",
)  # fmt: skip
_LANGUAGES = {FileUse.PYTHON: Language.PYTHON, FileUse.POWERSHELL: Language.POWERSHELL, FileUse.BATCH: Language.BATCH}


class Boot:
    """Reads the scripts of an instance in one world of files."""

    def __init__(self, files: Iterable[File] = ()) -> None:
        self.world = World()
        self._shells: dict[str, Shell] = {}
        self._calls: dict[tuple[object, ...], ScriptCall] = {}
        self._unread: list[Reason] = []
        self._given: set[str] = set()
        for file in files:
            self._given.add(file.path)
            frame = ScriptFrame(file.name, file.line, file.exact, file.flat)
            self.world.files[file.path] = ScriptFile((without_marks(file.text),), frame, file.executable)

    def run(self, scripts: Iterable[Script]) -> None:
        """Read scripts, and all that comes of them."""
        queue = [replace(script, text=without_marks(script.text)) for script in scripts]
        number = 0
        left = False
        while True:
            if number >= len(queue):
                if left:
                    return
                left = True
                queue += self._left_to_run()
                continue
            if number >= _MOST_SCRIPTS or len(self._calls) >= _MOST_CALLS:
                self._unread.append(Reason(ReasonKind.MANY_SCRIPTS, str(_MOST_SCRIPTS), str(_MOST_CALLS)))
                return
            queue += self._read(queue[number])
            number += 1

    def calls(self) -> list[ScriptCall]:
        """The calls that were found."""
        return list(self._calls.values())

    def unread(self) -> list[Reason]:
        """What was not read, and why."""
        deep = [Reason(ReasonKind.SCRIPTS_TOO_DEEP)] if self.world.gave_up else []
        return [*self._unread, *self.world.unread, *deep]

    def _read(self, script: Script) -> list[Script]:
        lowered = script.text.lower()
        goes_on = script.session in self._shells
        if not self.world.files and not goes_on and not any(word in lowered for word in _WORDS):
            return []  # no call can be in it: no parser is loaded
        if script.language is Language.SHELL:
            self._shell(script)
        else:
            self._keep(_read_by_language(script))
        inner, self.world.inner = self.world.inner, []
        return inner

    def _shell(self, script: Script) -> None:
        from imdsguard.aws.user_data.shell import Shell

        frame = ScriptFrame(script.name, script.line, script.exact, script.flat)
        shell = self._shells.get(script.session) if script.session else None
        if shell is None:
            shell = Shell(self.world, frame)
            if script.session:
                self._shells[script.session] = shell
        shell.state.open_names = shell.state.open_names or script.late or GAP in script.text
        shell.state.expands_aliases = not script.text.startswith("#!") or "bash" not in script.text.split("\n", 1)[0]
        try:
            shell.run_text(script.text, frame)
        except RecursionError:
            self.world.gave_up = True
        shell.ended = False
        self._collect()

    def _collect(self) -> None:
        for call in self.world.calls.values():
            self._calls.setdefault((call.line, call.what, call.flaw is Flaw.NOT_UNDERSTOOD), call)

    def _keep(self, reading: ScriptReading) -> None:
        self.world.inner += reading.inner
        self._unread += reading.unread
        for found in reading.calls:
            call = replace(found, what=shown(found.what))
            self._calls.setdefault((call.line, call.what, call.flaw is Flaw.NOT_UNDERSTOOD), call)

    def _left_to_run(self) -> list[Script]:
        """What was written to files and has not run yet: units, tables of cron, scripts, playbooks."""
        scripts: list[Script] = []
        for path, written in list(self.world.files.items()):
            if path in self.world.ran or written.loaded_from:
                continue
            for text in written.readings[:2]:
                scripts += self._of_file(path, text, written)
        return scripts

    def _of_file(self, path: str, text: str, written: ScriptFile) -> list[Script]:
        frame = written.frame
        use = use_of(path, text, written.executable)
        if not text.strip(f"{GAP} \n") and text.strip() and use is not FileUse.TEXT and path in self._given:
            self._unread.append(Reason(ReasonKind.FILE_UNKNOWN, frame.name))
        if use is FileUse.UNIT:
            late = "EnvironmentFile" in text
            return [_line(frame, number, command, "unit", late) for number, command in unit_commands(text)]
        if use is FileUse.CRON:
            user = "/var/spool/" not in path
            return [_line(frame, number, command, "cron") for number, command in cron_commands(text, user)]
        if use is FileUse.SHELL:
            return [Script(frame.name, Language.SHELL, text, frame.line, frame.exact, late=True, flat=frame.flat)]
        if use in _LANGUAGES:
            return [Script(frame.name, _LANGUAGES[use], text, frame.line, frame.exact and not frame.flat)]
        if use is FileUse.PLAYBOOK:
            from imdsguard.aws.user_data.playbook import read_playbook

            self._keep(read_playbook(Script(frame.name, Language.SHELL, text, frame.line)))
            inner, self.world.inner = self.world.inner, []
            return inner
        if use is FileUse.UNREAD and (names_host(text) or text.startswith("#!")):
            self._unread.append(Reason(ReasonKind.LANGUAGE_UNREAD, f"{frame.name}: {path}"))
        return []


def _line(frame: ScriptFrame, number: int, command: str, kind: str, late: bool = False) -> Script:
    line = frame.line if frame.flat else frame.line + number
    return Script(
        f"{frame.name}, {kind}" if "," not in frame.name else frame.name,
        Language.SHELL,
        command,
        line,
        exact=False,
        late=late,
    )


def _read_by_language(script: Script) -> ScriptReading:
    if script.language is Language.PYTHON:
        from imdsguard.aws.user_data.python import read_python

        return read_python(script)
    if script.language is Language.BATCH:
        from imdsguard.aws.user_data.cmd import read_batch

        return read_batch(script)
    from imdsguard.aws.user_data.powershell import read_powershell

    return read_powershell(script)
