#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
"""Launch digest of an IGVM file under QEMU on KVM, computed a third time and independently.

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
MILAN_SIGNATURE = 0xA00F11  # CPUID leaf 1 EAX


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


def reset_vmsa(first):
    """State of a CPU that the image has no VMSA for: QEMU's EPYC-Milan at reset, features those of the first CPU."""
    page = bytearray(PAGE)
    data = struct.pack("<HHIQ", 0, 0x93, 0xFFFF, 0)
    for offset in (0x00, 0x20, 0x30, 0x40, 0x50):  # ES, SS, DS, FS, GS
        page[offset : offset + 16] = data
    for offset, segment in {
        0x10: (0xF000, 0x9B, 0xFFFF, 0xFFFF0000),  # CS
        0x60: (0, 0, 0xFFFF, 0),  # GDTR
        0x70: (0, 0x82, 0xFFFF, 0),  # LDTR
        0x80: (0, 0, 0xFFFF, 0),  # IDTR
        0x90: (0, 0x8B, 0xFFFF, 0),  # TR
    }.items():
        struct.pack_into("<HHIQ", page, offset, *segment)
    for offset, value in {
        0xD0: 0x1000,  # EFER
        0x148: 0x40,  # CR4
        0x158: 0x10,  # CR0
        0x160: 0x400,  # DR7
        0x168: 0xFFFF0FF0,  # DR6
        0x170: 2,  # RFLAGS
        0x178: 0xFFF0,  # RIP
        0x268: 0x0007040600070406,  # PAT
        0x310: MILAN_SIGNATURE,  # RDX
        0x3E8: 1,  # XCR0
        0x408: 0x1F80,  # MXCSR; x87 follows
    }.items():
        struct.pack_into("<Q", page, offset, value)
    page[0x3B0:0x3B8] = first[0x3B0:0x3B8]
    struct.pack_into("<H", page, 0x410, 0x37F)
    return bytes(page)


def measure(image, cpus):
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
            vmsa = page_of(image, offset)
        elif kind not in WITHOUT_EFFECT:
            sys.exit("header %#x: not in our images" % kind)
    if vmsa is None:
        sys.exit("no VP context")
    for page in [vmsa] + [reset_vmsa(vmsa)] * (cpus - 1):
        digest = extend(digest, VMSA, VMSA_GPA, hashlib.sha384(page).digest())
    return digest.hex()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: launch_digest.py IMAGE.igvm [CPUS]")
    with open(sys.argv[1], "rb") as file:
        print(measure(file.read(), int(sys.argv[2]) if len(sys.argv) == 3 else 1))
