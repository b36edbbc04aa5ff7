# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
"""Builds each object of a SARIF file as the class that Debian's sarif_om has for it.

The classes are generated from OASIS' schema of SARIF 2.1.0: a property they do not have, or one they demand that is
missing, is an error that names the object.
"""
import json
import sys

import attr
import sarif_om as om

# Property -> class of what it holds; by the holder's class where that decides
HOLDS = {
    "runs": om.Run, "tool": om.Tool, "driver": om.ToolComponent, "rules": om.ReportingDescriptor,
    "shortDescription": om.MultiformatMessageString, "fullDescription": om.MultiformatMessageString,
    "help": om.MultiformatMessageString, "defaultConfiguration": om.ReportingConfiguration, "results": om.Result,
    "message": om.Message, "physicalLocation": om.PhysicalLocation, "artifactLocation": om.ArtifactLocation,
    "region": om.Region, "logicalLocations": om.LogicalLocation, "codeFlows": om.CodeFlow,
    "threadFlows": om.ThreadFlow, "location": om.Location,
    (om.Result, "locations"): om.Location, (om.ThreadFlow, "locations"): om.ThreadFlowLocation,
}
built = 0


def check(value, kind, where):
    global built
    names = {field.metadata["schema_property_name"]: field.name for field in attr.fields(kind)}
    arguments = {}
    for name, inner in value.items():
        if name not in names:
            sys.exit(f"{where}: {kind.__name__} has no property {name}")
        held = HOLDS.get((kind, name), HOLDS.get(name))
        for index, item in enumerate(inner if isinstance(inner, list) else [inner]):
            if isinstance(item, dict) and held:
                check(item, held, f"{where}.{name}[{index}]")
            elif isinstance(item, dict) and name != "partialFingerprints":
                sys.exit(f"{where}.{name}: an object that is not checked")
        arguments[names[name]] = inner
    try:
        kind(**arguments)
    except TypeError as error:
        sys.exit(f"{where}: {error}")
    built += 1


with open(sys.argv[1], encoding="utf-8") as file:
    check(json.load(file), om.SarifLog, "log")
print(f"{built} objects")
if built < 8:
    sys.exit("too few objects: nothing was compared")
