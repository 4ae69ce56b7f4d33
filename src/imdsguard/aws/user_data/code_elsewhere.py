"""Reads what others run on instances: documents with commands, commands of provisioners, files that they put there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.code_run import CommandLines, DocumentText
from imdsguard.aws.user_data.script import GAP, File, Script
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import record
from imdsguard.model.user_data import MetadataCall, UntoldCode, UserData, together
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.types.code_run import CodeRun, PlacedFile
    from imdsguard.aws.user_data import Contents
    from imdsguard.model.place import Place
    from imdsguard.model.value import Value


def read_run(run: CodeRun) -> UserData:
    """Read the code of a run: calls with their places, and in `untold` why some of it could not be read."""
    pieces = Pieces(run.name)
    found = [UserData(True, untold=run.untold)] if run.untold else []
    for each in run.code:
        if isinstance(each, DocumentText):
            found.append(_document(run.name, each))
        elif isinstance(each, CommandLines):
            pieces.commands(each)
        else:
            pieces.file(each)
    return together([*found, pieces.read()])


def _document(name: str, document: DocumentText) -> UserData:
    from imdsguard.aws.user_data.command_documents import read_document

    value = document.text
    if isinstance(value, Absent):
        return UserData(True, not_seen=(document.elsewhere,)) if document.elsewhere else UserData()
    text = value.sketch if isinstance(value, Unknown) else value.value
    if not isinstance(text, str):
        reason = value.reason if isinstance(value, Unknown) else Reason(ReasonKind.NOT_TEXT)
        return UserData(True, place=value.place, untold=(UntoldCode(not_told(name, reason), value.place),))
    contents = read_document(name, text, document.parameters or {})
    secret = isinstance(value, Known) and value.sensitive
    calls = tuple(
        MetadataCall(call.flaw, "" if secret else call.what, call.script, call.line, value.place, at_boot=False)
        for call in contents.calls
    )
    not_seen = () if secret else contents.not_seen
    untold = tuple(UntoldCode(reason, value.place) for reason in contents.unread)
    return UserData(True, calls, (), value.place, not_seen, untold)


def not_told(name: str, cause: Reason) -> Reason:
    """Say of code that what it does is not known."""
    return Reason(ReasonKind.NOT_COMPUTED, f"what {name} runs", cause=cause)


@record(frozen=True, slots=True)
class Piece:
    """A value whose text stands from line `first` of all of them on, and from line `own` of its script."""

    first: int
    own: int
    text: str
    value: Value


class Pieces:
    """Commands and files of one run, read as if their texts stood below each other."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: list[Piece] = []
        self._scripts: list[Script] = []
        self._files: list[File] = []
        self._untold: list[UntoldCode] = []
        self._next = 1

    def commands(self, commands: CommandLines) -> None:
        """Add what one interpreter runs."""
        from imdsguard.aws.user_data.boot_files import interpreter_of
        from imdsguard.aws.user_data.envelope import language_of

        start, texts = self._next, []
        for line in commands.lines:
            text = self._text(line)
            if isinstance(line, Unknown) and not text.strip(GAP + " \n"):
                self._untold.append(UntoldCode(not_told(self._name, line.reason), line.place))
            if not isinstance(line, Absent):
                texts.append(self._add(line, text, start))
        script = "\n".join(texts)
        language = commands.language or language_of(script[:400])
        if language is None:
            reason = Reason(ReasonKind.LANGUAGE_UNREAD, self._name, interpreter_of(script))
            self._untold.append(UntoldCode(reason, commands.lines[0].place))
        elif script.strip():
            self._scripts.append(Script(self._name, language, script, start))

    def file(self, file: PlacedFile) -> None:
        """Add a file that is there before the commands run."""
        start = self._next
        text = self._add(file.content, self._text(file.content) or GAP, start)
        name = f"{self._name}, file {file.path}" if file.path else f"{self._name}, a file"
        self._files.append(File(name, file.path or f"/{start}", text, start, exact=True))

    def read(self) -> UserData:
        """Read them all."""
        from imdsguard.aws.user_data import read_scripts

        if not self._pieces:
            return UserData()
        contents = read_scripts(self._scripts, files=self._files)
        calls = self._calls(contents)
        place = self._pieces[0].value.place
        secret = any(isinstance(each.value, Known) and each.value.sensitive for each in self._pieces)
        not_seen = () if secret else contents.not_seen
        untold = (UntoldCode(reason, place) for reason in contents.unread)
        return UserData(True, calls, (), place, not_seen, (*self._untold, *untold))

    @staticmethod
    def _text(value: Value) -> str:
        text = value.sketch if isinstance(value, Unknown) else value.value if isinstance(value, Known) else None
        return text if isinstance(text, str) else str(text) if isinstance(text, (int, float)) else GAP

    def _add(self, value: Value, text: str, start: int) -> str:
        self._pieces.append(Piece(self._next, self._next - start + 1, text, value))
        self._next += text.count("\n") + 1
        return text

    def _calls(self, contents: Contents) -> tuple[MetadataCall, ...]:
        found = []
        for call in contents.calls:
            piece = next(each for each in reversed(self._pieces) if each.first <= call.line or each.first == 1)
            below = call.line - piece.first
            secret = isinstance(piece.value, Known) and piece.value.sensitive
            place = _place(piece, below + 1, call.column)
            what = "" if secret else call.what
            found.append(MetadataCall(call.flaw, what, call.script, piece.own + below, place, at_boot=False))
        return tuple(found)


def _place(piece: Piece, line: int, column: int) -> Place | None:
    """Give where a line is written: in the source of its text, if nothing has changed that on the way."""
    written = piece.value.written if isinstance(piece.value, (Known, Unknown)) else None
    if written is None or written.text.rstrip() != piece.text.rstrip():
        return piece.value.place
    return written.place_of(line, column) or piece.value.place
