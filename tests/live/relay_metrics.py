"""The metrics page of a relay, read over HTTP as Prometheus does.

Promises: a scene from `scene_of` has its page at `metrics`; `value` is the sample with exactly these labels, and fails when there is none; `page` gives status, content type and
text.
"""
import http.client
import re

from relay_daemon import WAIT_S, free_port
from relay_scene import Scene

SAMPLE = re.compile(r"turnaway_relay_([a-z_]+)(?:\{(.*)\})? ([0-9]+)")


class Metrics:
    """Sets `[metrics] listen` of a scene that has not started."""

    def __init__(self, scene):
        self.address, self.port = f"{scene.block}.1", free_port(f"{scene.block}.1")
        scene.relay.settings.setdefault("metrics", {})["listen"] = f"{self.address}:{self.port}"

    def page(self, path, method="GET"):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=WAIT_S)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read().decode()
        finally:
            connection.close()

    def values(self):
        """(name, labels as a frozenset of pairs) to number."""
        status, _, text = self.page("/metrics")
        if status != 200:
            raise AssertionError(f"/metrics answers {status}")
        found = {}
        for line in text.splitlines():
            if match := SAMPLE.fullmatch(line):
                labels = re.findall(r'([a-z]+)="([^"]*)"', match.group(2) or "")
                found[match.group(1), frozenset(labels)] = int(match.group(3))
        return found

    def value(self, name, **labels):
        return self.values()[name, frozenset(labels.items())]


def scene_of(settings=None):
    """A scene, not yet started, with its `metrics`."""
    scene = Scene(settings)
    scene.metrics = Metrics(scene)
    return scene
