"""The software bill of materials (CycloneDX): what is in the product, and with what it is developed.

It says nothing of the moment or the machine: the same locks give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from licences import Rules
from packages import ROOT, Package, SupplyUnclear, needs, project
from packageurl import PackageURL

FILE: Final = ROOT / "build" / "sbom.cdx.json"
_VERSION: Final = SchemaVersion.V1_6
_SERIALS: Final = UUID("b9f2a8a6-6f1f-4d7b-9a57-5d3f3c8f1c0e")


def bill_of_materials(packages: Sequence[Package], rules: Rules) -> str:
    """The bill as JSON, valid by its schema. Raises :class:`SupplyUnclear` when it is not."""
    described = project()
    product = Component(
        type=ComponentType.APPLICATION,
        name=described["name"],
        version=described["version"],
        bom_ref=described["name"],
        licenses=[LicenseExpression(described["license"])],
    )
    components = {each.name: _component(each, rules) for each in packages}
    bom = Bom(components=components.values())
    bom.metadata.component = product
    bom.register_dependency(product, [components[name] for name in needs(described["dependencies"])])
    for each in packages:
        bom.register_dependency(components[each.name], [components[name] for name in each.needs])
    written: dict[str, Any] = json.loads(make_outputter(bom, OutputFormat.JSON, _VERSION).output_as_string())
    del written["metadata"]["timestamp"]
    named = "\n".join(f"{each.name}=={each.version}" for each in packages)
    written["serialNumber"] = f"urn:uuid:{uuid5(_SERIALS, named)}"
    text = json.dumps(written, indent=2, sort_keys=True) + "\n"
    # Only here: what it imports reads 38 grammars first, for two seconds.
    from cyclonedx.validation.json import JsonStrictValidator

    wrong = JsonStrictValidator(_VERSION).validate_str(text)
    if wrong is not None:
        raise SupplyUnclear(f"the bill of materials is not what its schema asks for: {wrong.data}")
    return text


def _component(package: Package, rules: Rules) -> Component:
    licence = rules.licence_of(package)
    return Component(
        type=ComponentType.LIBRARY,
        name=package.name,
        version=package.version,
        bom_ref=f"{package.name}=={package.version}",
        purl=PackageURL("pypi", None, package.name, package.version),
        scope=ComponentScope.REQUIRED if package.runtime else ComponentScope.EXCLUDED,
        licenses=[] if licence is None else [LicenseExpression(licence)],
    )
