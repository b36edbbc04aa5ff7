#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
"""Launch digest of an IGVM file for one vCPU under QEMU on KVM, computed a third time and independently.

Shares no code with svsm-igvm-build or amd-sp; reads the format (IGVM definitions, version 1) and accumulates PAGE_INFO
(AMD 56860, SNP_LAUNCH_UPDATE) in its own way, so that a mistake common to builder and verifier shows. A test, not a tool:
it takes only what our images contain and stops at anything else.
"""
import hashlib
import struct
import sys

PARAMETER_AREA, PAGE_DATA, PARAMETER_INSERT, VP_CONTEXT = 0x301, 0x302, 0x303, 0x304
WITHOUT_EFFECT = {0x1: "supported platform", 0x101: "guest policy", 0x30C: "memory map", 0x30B: "ID block"}
NORMAL, VMSA, UNMEASURED, SECRETS, CPUID = 1, 2, 4, 5, 6
VMSA_GPA = 0xFFFFFFFFF000
PAGE = 4096


def extend(digest, page_type, gpa, contents):
    return hashlib.sha384(digest + contents + struct.pack("<HBBIQ", 0x70, page_type, 0, 0, gpa)).digest()


def headers(image):
    magic, version, at, size, total, _ = struct.unpack_from("<6I", image)
    if (magic, version, total) != (0x4D564749, 1, len(image)):
        sys.exit("not an IGVM file of version 1, or cut short")
    end = at + size
    while at < end:
        kind, length = struct.unpack_from("<II", image, at)
        yield kind, image[at + 8 : at + 8 + length]
        at += 8 + (length + 7) // 8 * 8


def page_of(image, offset):
    page = image[offset : offset + PAGE] if offset else bytes(PAGE)
    return page + bytes(PAGE - len(page))


def measure(image):
    digest, none, vmsa, areas = bytes(48), bytes(48), None, {}
    for kind, body in headers(image):
        if kind == PARAMETER_AREA:
            size, index, _ = struct.unpack("<QII", body)
            areas[index] = size
        elif kind == PARAMETER_INSERT:
            gpa, _, index = struct.unpack("<QII", body)
            for offset in range(0, areas[index], PAGE):
                digest = extend(digest, UNMEASURED, gpa + offset, none)
        elif kind == PAGE_DATA:
            gpa, _, offset, flags, data_type, _ = struct.unpack("<QIIIHH", body)
            if flags != 0 or data_type > 2:
                sys.exit("page flags %#x or data type %d: not in our images" % (flags, data_type))
            if data_type == 0:  # QEMU hands pages without data to KVM as normal pages of zeros
                digest = extend(digest, NORMAL, gpa, hashlib.sha384(page_of(image, offset)).digest())
            else:
                digest = extend(digest, (SECRETS, CPUID)[data_type - 1], gpa, none)
        elif kind == VP_CONTEXT:
            offset = struct.unpack("<QIIHH", body)[2]
            vmsa = hashlib.sha384(page_of(image, offset)).digest()
        elif kind not in WITHOUT_EFFECT:
            sys.exit("header %#x: not in our images" % kind)
    if vmsa is None:
        sys.exit("no VP context")
    return extend(digest, VMSA, VMSA_GPA, vmsa).hex()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: launch_digest.py IMAGE.igvm")
    with open(sys.argv[1], "rb") as file:
        print(measure(file.read()))
