#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
"""Breaks an IGVM file in one way. Shares no code with the tool that finds it or the simulator that refuses it.

usage: break.py IN.igvm OUT.igvm HOW
"""
import struct
import sys
import zlib

POLICY, AREA, PAGE, INSERT, CONTEXT, ID_BLOCK, MEMORY_MAP = 0x101, 0x301, 0x302, 0x303, 0x304, 0x30B, 0x30C


def headers(image):
    at, end = struct.unpack_from("<2I", image, 8)
    end += at
    while at < end:
        kind, length = struct.unpack_from("<2I", image, at)
        yield kind, at
        at += 8 + (length + 7) // 8 * 8


def find(image, kind, number=0):
    return [at for found, at in headers(image) if found == kind][number]


def put(image, at, form, value):
    struct.pack_into("<" + form, image, at, value)


def vmsa(image):
    return struct.unpack_from("<I", image, find(image, CONTEXT) + 8 + 12)[0]


def overlap(image):
    first = struct.unpack_from("<Q", image, find(image, PAGE) + 8)[0]
    put(image, find(image, PAGE, 1) + 8, "Q", first)


def area_index(image):
    put(image, find(image, AREA) + 16, "I", 16)
    put(image, find(image, MEMORY_MAP) + 8, "I", 16)
    put(image, find(image, INSERT) + 20, "I", 16)


WAYS = {
    "header-madt": lambda image: put(image, find(image, MEMORY_MAP), "I", 0x309),
    "header-device-tree": lambda image: put(image, find(image, MEMORY_MAP), "I", 0x312),
    "header-unknown": lambda image: put(image, find(image, MEMORY_MAP), "I", 0x399),
    "page-type": lambda image: put(image, find(image, PAGE) + 28, "H", 3),
    "page-data-outside": lambda image: put(image, find(image, PAGE) + 20, "I", 0xFFFFF000),
    "page-address": lambda image: put(image, find(image, PAGE) + 8, "Q", 0x8000800),
    "overlap": overlap,
    "area-index": area_index,
    "vmsa-gpa": lambda image: put(image, find(image, CONTEXT) + 8, "Q", 0x10000000),
    "vp-index": lambda image: put(image, find(image, CONTEXT) + 24, "H", 1),
    "vmsa-efer": lambda image: put(image, vmsa(image) + 0xD0, "Q", 0),
    "vmsa-vmpl": lambda image: put(image, vmsa(image) + 0xCA, "B", 1),
    "vmsa-features": lambda image: put(image, vmsa(image) + 0x3B0, "Q", 0),
    "vmsa-secure-tsc": lambda image: put(image, vmsa(image) + 0x3B0, "Q", 0x201),
    "policy": lambda image: put(image, find(image, POLICY) + 8, "Q", 0x10000),
    "id-block": lambda image: put(image, find(image, ID_BLOCK) + 8 + 8, "B", image[find(image, ID_BLOCK) + 16] ^ 1),
    "no-platform": lambda image: put(image, 24 + 8 + 5, "B", 3),
    "version": lambda image: put(image, 4, "I", 3),
}


def main():
    source, target, how = sys.argv[1:]
    with open(source, "rb") as file:
        image = bytearray(file.read())
    if how == "cut":
        image = image[:-4096]
    elif how == "checksum":
        image[20] ^= 1
    else:
        WAYS[how](image)
        end = sum(struct.unpack_from("<2I", image, 8))
        put(image, 20, "I", 0)
        put(image, 20, "I", zlib.crc32(image[:end]))
    with open(target, "wb") as file:
        file.write(image)


main()
