#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
"""Serves certificates from a folder at the addresses AMD's KDS has, on a port of the loopback interface.

usage: kds_replica.py FOLDER PORT-FILE; FOLDER holds certs/, crl/, kds/ and reports/.
"""
import glob
import http.server
import os
import re
import sys

FOLDER, PORT_FILE = sys.argv[1:3]
CRLF = {"Turin": "_CRLF"}
LEAVES = {}


def read(path):
    with open(os.path.join(FOLDER, path), "rb") as file:
        return file.read()


def leaves():
    """VCEKs by chip id, which each carries as the contents of an extension."""
    for path in glob.glob(os.path.join(FOLDER, "certs", "*_vcek_*.der")):
        data = read(os.path.relpath(path, FOLDER))
        for report in glob.glob(os.path.join(FOLDER, "reports", "*.bin")):
            body = read(os.path.relpath(report, FOLDER))
            size = 8 if os.path.basename(report).startswith("turin") else 64
            chip = body[0x1a0:0x1a0 + size]
            if any(chip) and chip in data:
                LEAVES[chip.hex()] = data


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.find()
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def find(self):
        chain = re.fullmatch(r"/(vcek|vlek)/v1/(\w+)/cert_chain", self.path)
        crl = re.fullmatch(r"/(vcek|vlek)/v1/(\w+)/crl", self.path)
        leaf = re.fullmatch(r"/vcek/v1/(\w+)/([0-9a-f]+)\?.*ucodeSPL=\d+", self.path)
        if chain:
            kind, product = chain.groups()
            return read(f"kds/{product}_{kind}_cert_chain{CRLF.get(product, '') if kind == 'vcek' else ''}.pem")
        if crl:
            return read(f"crl/{crl[2].lower()}_vcek_20260819.crl")
        return LEAVES.get(leaf[2]) if leaf else None


leaves()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(PORT_FILE + ".new", "w", encoding="ascii") as out:
    out.write(str(server.server_port))
os.rename(PORT_FILE + ".new", PORT_FILE)
server.serve_forever()
