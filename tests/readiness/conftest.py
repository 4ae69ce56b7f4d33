"""AWS for tests: moto's own server on loopback, with a way to say how long an instance has been there."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest

from tests.readiness.states import REGION

HOUR = timedelta(hours=1)
ACCESS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class Moto:
    """A server of moto's, and what tests put into it."""

    def __init__(self, address: str) -> None:
        self.environment = {**ACCESS, "AWS_ENDPOINT_URL": address}
        self._address = address

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self._address,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def run(self, *, age: int, tokens: str = "optional", region: str = REGION, **more: Any) -> str:
        """Start an instance that has been there for so many days; give its id."""
        started = self.client("ec2", region).run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, MetadataOptions={"HttpTokens": tokens}, **more
        )
        identifier: str = started["Instances"][0]["InstanceId"]
        self.age(identifier, age, region)
        return identifier

    def age(self, identifier: str, days: int, region: str = REGION) -> None:
        from moto.ec2.models import ec2_backends

        there = ec2_backends["123456789012"][region].get_instance(identifier)
        when = datetime.now(timezone.utc) - timedelta(days=days)
        there.launch_time = when.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        for interface in there.nics.values():
            interface.attach_time = there.launch_time

    def records(self, identifier: str, metric: str, days: int, calls: dict[int, int], region: str = REGION) -> None:
        """Put the sum of each hour of so many days; `calls` by how many hours ago, all others 0."""
        now = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
        data = [
            {
                "MetricName": metric,
                "Dimensions": [{"Name": "InstanceId", "Value": identifier}],
                "Timestamp": now - hour * HOUR,
                "Value": calls.get(hour, 0),
                "Unit": "Count",
            }
            for hour in range(days * 24 + 2)
        ]
        cloudwatch = self.client("cloudwatch", region)
        for start in range(0, len(data), 500):
            cloudwatch.put_metric_data(Namespace="AWS/EC2", MetricData=data[start : start + 500])


@pytest.fixture(scope="session")
def moto_server() -> Iterator[Moto]:
    if importlib.util.find_spec("moto") is None:
        if os.environ.get("CI"):
            pytest.fail("there is no moto (it comes with `make test-slow`)")
        pytest.skip("there is no moto (it comes with `make test-slow`)")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Moto(f"http://{host}:{port}")
    server.stop()


@pytest.fixture
def aws(moto_server: Moto) -> Iterator[Moto]:
    """A server with nothing in it."""
    from moto.core import DEFAULT_ACCOUNT_ID  # noqa: F401
    from moto.moto_api._internal.models import moto_api_backend

    moto_api_backend.reset()
    yield moto_server
