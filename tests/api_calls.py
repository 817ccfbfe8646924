"""Calls of the JSON API that several tests make."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TEXT = "全年调解矛盾纠纷3206件，调解成功率98%。开展法治宣传活动120场，发放资料三万份。"
REPORT = f"清源县司法局2023年工作总结\n{TEXT}\n办理法律援助案件三百件，为群众挽回损失二百万元。"


def api(client: FlaskClient, path: str, status: int = 200, **query: Any) -> Any:
    answer = client.get(f"/api/v1{path}", query_string=query or None)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def classify(client: FlaskClient, texts: list[str], **more: Any) -> Any:
    answer = client.post("/api/v1/classify", json={"texts": texts, **more})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def add(client: FlaskClient, text: str = REPORT, **more: Any) -> TestResponse:
    return client.post("/api/v1/documents", json={"name": "report.txt", "text": text, **more})


def label(client: FlaskClient, **said: Any) -> TestResponse:
    return client.post("/api/v1/labels", json={"document": 1, "paragraph": 1, "theme": "mediation", **said})


class BearerClient(FlaskClient):
    """A client that sends a token with every request."""

    token = ""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        options["headers"] = {**(options.get("headers") or {}), "Authorization": f"Bearer {self.token}"}
        return super().open(*args, **options)
