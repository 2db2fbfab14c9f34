"""QGIS, headless, reads a layer by a tool's credential. There is no test here where QGIS is not installed.

The system's own Python is asked, because the bindings belong to it and to no environment of ours.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from gateway.access.people import Person, Role
from gateway.demo.geography import load_invented_geography
from gateway.law.accounts import put_account
from tests.support import house as houses
from tests.support.server import running_gateway
from tests.support.tools import a_credential

PYTHON = shutil.which("python3", path=os.defpath) or "python3"
READS = """
import json, os, sys
from qgis.core import QgsApplication, QgsVectorLayer
QgsApplication.setPrefixPath(os.environ.get("QGIS_PREFIX_PATH", "/usr"), True)
application = QgsApplication([], False)
application.setPluginPath(QgsApplication.prefixPath() + "/lib/qgis/plugins")
application.initQgis()
url, user, password = sys.argv[1:]
source = f"url='{url}' typename='fire-17a' username='{user}' password='{password}'"
layer = QgsVectorLayer(source, "incidents", "OAPIF")
print(json.dumps({
    "valid": layer.isValid(),
    "types": {field.name(): field.typeName() for field in layer.fields()},
    "points": [one.geometry().asWkt(6) for one in layer.getFeatures()],
}))
"""


def qgis(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the system's Python without a display."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [PYTHON, "-c", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


if qgis("import qgis.core").returncode == 0:

    def test_qgis_reads_every_feature_with_its_types(tmp_path: Path) -> None:
        person = Person(
            account="fire-maps",
            name="Jo Specimen",
            partner="llr-fire",
            roles=frozenset({Role.ANALYST}),
        )
        with running_gateway(tmp_path / "home") as gateway:
            house = gateway.house
            load_invented_geography(house, "operator")
            gateway.usual()
            rows = [houses.row(f"q{n}", "211", EASTING=str(450_000 + 300 * n)) for n in range(23)]
            gateway.push("police-nsir", "police-system", rows)
            house.writer.run(put_account(person, house.act("operator"), house.clock.now()))
            made = a_credential(house, person.account, "qgis")
            ran = qgis(READS, f"{gateway.url}/ogc", made.credential.id, made.password)
        told = json.loads(ran.stdout)

        assert told["valid"], ran.stderr
        assert len(told["points"]) == 23
        assert all(point.startswith("Point (-1.") for point in told["points"])
        assert (told["types"]["version"], told["types"]["occurred"]) == ("Integer", "DateTime")
