"""Object store with the interface of S3 on the loopback interface."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import boto3

from system.programs import free_port
from tests.suite.servers import server

ADDRESS = "127.0.0.1"


class ObjectStore:
    """A server of moto, which holds objects in memory until it ends.

    Parameters
    ----------
    bucket : str
        Bucket that is made.
    log : Path
        Takes what the server writes.
    """

    def __init__(self, bucket: str, log: Path) -> None:
        self.bucket, self.url = bucket, f"http://{ADDRESS}:{free_port()}"
        self._running = ExitStack()
        command = [sys.executable, "-m", "moto.server", "-H", ADDRESS, "-p", self.url.rpartition(":")[2]]
        self._running.enter_context(server(command, f"{self.url}/", log))
        self._client = boto3.client(
            "s3", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self._client.create_bucket(Bucket=bucket)

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a client of the store."""
        keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        return keys | {"AWS_ENDPOINT_URL": self.url, "MLFLOW_S3_ENDPOINT_URL": self.url}

    def names(self) -> list[str]:
        """Names of all objects of the bucket."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    def end(self) -> None:
        self._running.close()
