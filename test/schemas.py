#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
"""Every JSON file this project ships or writes follows its schema in docs/schemas/, and no schema takes anything.

usage: schemas.py [FILE...]; a file is checked against the schema its "format" names. Without files: those of the
manifests, of the build folder and of the last attestation runs.
"""
import glob
import json
import os
import sys

import jsonschema

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SCHEMAS = os.path.join(ROOT, "docs", "schemas")
SHIPPED = ["manifests/images/*.json", "test/e2e/ovmf/image.json", "manifests/policies/*.json", "manifests/keys/*.json", "manifests/selectors/*.json"]
WRITTEN = ["build/images/*.reference.json", "build/keys/*.json", "build/selectors/*.json", "build/attest/evidence.json", "build/attest/verdict.json",
           "build/test/attack-*/verdict.json"]
passed = 0
failed = 0


def count(name, problem):
    global passed, failed
    if problem:
        failed += 1
        print(f"FAIL {name}: {problem}")
    else:
        passed += 1


def load_schemas():
    files = {}
    for path in sorted(glob.glob(os.path.join(SCHEMAS, "*.schema.json"))):
        with open(path, encoding="utf-8") as file:
            files[os.path.basename(path)] = json.load(file)
        jsonschema.Draft202012Validator.check_schema(files[os.path.basename(path)])
    # One schema may refer to another by its file name. A configuration of stack-check names no format: its test checks it.
    return {schema["properties"]["format"]["const"]: jsonschema.Draft202012Validator(
        schema, resolver=jsonschema.RefResolver(name, schema, store=files))
            for name, schema in files.items() if "format" in schema["properties"]}


def check(path, schemas):
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    schema = schemas.get(document.get("format"))
    if schema is None:
        count(path, f"no schema for format {document.get('format')!r}")
        return
    errors = [f"{error.json_path}: {error.message[:200]}" for error in schema.iter_errors(document)]
    count(path, "; ".join(errors[:5]))
    # A schema that would take this document with any change checks nothing.
    for change in ({**document, "unknown": 1}, {**document, "version": 999},
                   {key: value for key, value in document.items() if key != "version"}):
        count(path, "" if any(schema.iter_errors(change)) else "the schema takes a damaged copy")


def main():
    schemas = load_schemas()
    paths = sys.argv[1:]
    if not paths:
        os.chdir(ROOT)
        shipped = [path for pattern in SHIPPED for path in sorted(glob.glob(pattern))]
        if not shipped:
            print("FAIL: nothing to check")
            sys.exit(1)
        paths = shipped + [path for pattern in WRITTEN for path in sorted(glob.glob(pattern))]
    for path in paths:
        check(path, schemas)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
