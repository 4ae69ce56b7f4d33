"""Who asks: the SDK against a server on loopback that answers as AWS's STS does, or does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from imdsguard.model.readiness import Doubt
from imdsguard.readiness.clients import Clients, Login, clock_problem, connect
from imdsguard.readiness.trouble import Trouble
from tests.readiness.conftest import ACCESS

WHO = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>A</UserId><Account>123456789012</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
TAKEN = (
    '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>'
    "<AccessKeyId>TAKEN</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
    "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
)
ROLE = "arn:aws:iam::123456789012:role/read"


def error(code: str) -> str:
    said = f"<Type>Sender</Type><Code>{code}</Code><Message>words of AWS</Message>"
    return f"<ErrorResponse><Error>{said}</Error></ErrorResponse>"


class Sts:
    """Answers in the order in which they are given; the last one from then on. `asked` are the bodies that came."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self.date: Callable[[], str] = lambda: formatdate(usegmt=True)
        self.asked: list[tuple[str, str]] = []
        sts = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                sts.asked.append((body, self.headers["Authorization"]))
                code, text = sts.answers.pop(0) if len(sts.answers) > 1 else sts.answers[0]
                data = text.encode()
                self.send_response_only(code)
                self.send_header("Date", sts.date())
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sts]:
    made = Sts()
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{made.server.server_address[1]}")
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_throttling_is_waited_for(sts: Sts) -> None:
    sts.answers = [(400, error("Throttling")), (200, WHO)]
    clients = connect(Login(), "", "eu-west-1")
    assert isinstance(clients, Clients)
    assert (clients.account, clients.region, len(sts.asked)) == ("123456789012", "eu-west-1", 2)


@pytest.mark.parametrize(
    ("code", "doubt"),
    [("ExpiredToken", Doubt.EXPIRED), ("InvalidClientTokenId", Doubt.BAD_CREDENTIALS), ("RequestExpired", Doubt.CLOCK)],
)
def test_credentials_that_lead_nowhere_are_told(code: str, doubt: Doubt, sts: Sts) -> None:
    sts.answers = [(403, error(code))]
    trouble = connect(Login(), "", "eu-west-1")
    assert isinstance(trouble, Trouble)
    assert (trouble.doubt, "words of AWS" in trouble.said) == (doubt, True)


def test_a_role_is_taken_and_asks(sts: Sts) -> None:
    sts.answers = [(200, TAKEN), (200, WHO)]
    assert isinstance(connect(Login(None, {"aws": ROLE}), ROLE, "eu-west-1"), Clients)
    (taking, by), (asking, with_taken) = sts.asked
    assert "Action=AssumeRole" in taking
    assert "Credential=testing/" in by
    assert "Action=GetCallerIdentity" in asking
    assert "Credential=TAKEN/" in with_taken


def test_a_role_that_may_not_be_taken_is_told(sts: Sts) -> None:
    sts.answers = [(403, error("AccessDenied"))]
    trouble = connect(Login(None, {"aws": ROLE}), ROLE, "eu-west-1")
    assert isinstance(trouble, Trouble)
    assert (trouble.doubt, trouble.action) == (Doubt.DENIED, "sts:AssumeRole")


def test_the_clock_of_aws_is_looked_at(sts: Sts) -> None:
    sts.answers = [(200, WHO)]
    sts.date = lambda: "Thu, 01 Jan 1970 00:00:00 GMT"
    clients = connect(Login(), "", "eu-west-1")
    assert isinstance(clients, Clients)
    problem = clock_problem(clients)
    assert problem is not None
    assert "ahead of AWS's" in problem.message
