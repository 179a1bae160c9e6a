"""Reads and writes CloudEvents with the package `cloudevents`.

stdin is a JSON list of tasks, stdout the list of their answers:

{"do": "read", "binding": .., "headers": {..}, "content_type": .., "body": base64}
    -> {"attributes": {..}, "data": ..} or {"refused": why}
{"do": "write", "binding": .., "mode": "binary" or "structured", "attributes": {..}, "data": ..}
    -> {"headers": {..}, "content_type": .., "body": base64}

The binding is "amqp" (prefixes `cloudEvents_` and `cloudEvents:`) or "rabbitmq" (prefix `ce-`).
"""

import base64
import json
import sys
from datetime import datetime

from cloudevents.core.bindings import amqp, rabbitmq
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent


def read(task):
    body = base64.b64decode(task["body"])
    content_type = task["content_type"]
    try:
        if task["binding"] == "rabbitmq":
            message = rabbitmq.RabbitMQMessage(task["headers"], content_type, body)
            event = rabbitmq.from_rabbitmq(message, JSONFormat())
        else:
            properties = {} if content_type is None else {"content-type": content_type}
            message = amqp.AMQPMessage(properties, task["headers"], body)
            event = amqp.from_amqp(message, JSONFormat())
    except Exception as error:
        return {"refused": f"{type(error).__name__}: {error}"}
    return {"attributes": event.get_attributes(), "data": event.get_data()}


def write(task):
    attributes = dict(task["attributes"])
    if "time" in attributes:
        attributes["time"] = datetime.fromisoformat(attributes["time"])
    data = task["data"]
    if task.get("as_bytes"):
        data = json.dumps(data).encode()
    event = CloudEvent(attributes, data)
    if task["binding"] == "rabbitmq":
        to = rabbitmq.to_binary if task["mode"] == "binary" else rabbitmq.to_structured
        message = to(event, JSONFormat())
        headers, content_type, body = message.headers, message.content_type, message.body
    else:
        to = amqp.to_binary if task["mode"] == "binary" else amqp.to_structured
        message = to(event, JSONFormat())
        headers, body = message.application_properties, message.application_data
        content_type = message.properties.get("content-type")
    return {"headers": headers, "content_type": content_type, "body": base64.b64encode(body).decode()}


def plain(value):
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    raise TypeError(type(value))


TASKS = {"read": read, "write": write}
json.dump([TASKS[task["do"]](task) for task in json.load(sys.stdin)], sys.stdout, default=plain)
