#!/usr/bin/env python3
"""Checks a history with nothing but hashlib and cryptography; knows nothing of secret-rotator's code.

EXPORT has one leaf a line, PROOF one hash in Base64 a line, LEAF the bytes of one leaf; POLICY is a C2SP tlog-policy, for the
checkpoint and for those inside of tlog-proofs. Ends with 1 at the first thing that is wrong.
"""
import argparse
import base64
import re
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def need(condition, reason):
    if not condition:
        raise SystemExit(f"wrong: {reason}")


def leaf(line):
    return sha256(b"\x00" + line).digest()


def node(left, right):
    return sha256(b"\x01" + left + right).digest()


def decode(text, length=None):
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw) == text and length in (None, len(raw)), f"{text!r} is not canonical Base64 of a hash")
    return raw


def tree(lines):
    """The root, by RFC 9162's definition turned bottom up: equal subtrees merge."""
    stack = []
    for line in lines:
        stack.append((1, leaf(line)))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (size, right), (_, left) = stack.pop(), stack.pop()
            stack.append((2 * size, node(left, right)))
    root = stack.pop()[1] if stack else sha256().digest()
    while stack:
        root = node(stack.pop()[1], root)
    return root


def included(index, size, known, proof):
    """The root that a proof leads to, by recursion from the top: RFC 9162, section 2.1.3.1."""
    if size == 1:
        return None if proof else known
    k, below, sibling = 1 << (size - 1).bit_length() - 1, proof[:-1], proof[-1] if proof else None
    if index < k:
        rest = included(index, k, known, below)
        return rest and sibling and node(rest, sibling)
    rest = included(index - k, size - k, known, below)
    return rest and sibling and node(sibling, rest)


def extended(old, size, complete, old_root, proof):
    """The roots (old, new) that a proof leads to: RFC 9162, section 2.1.4.1."""
    if old == size:
        known = [old_root] if complete else proof
        return (known[0], known[0]) if len(known) == 1 and not (complete and proof) else (None, None)
    k, below, last = 1 << (size - 1).bit_length() - 1, proof[:-1], proof[-1] if proof else None
    if old <= k:
        a, b = extended(old, k, complete, old_root, below)
        return a, b and last and node(b, last)
    a, b = extended(old - k, size - k, False, old_root, below)
    return a and last and node(last, a), b and last and node(last, b)


def signed_by(text, signatures, vkey, wanted):
    name, key_id, key = vkey.split(b"+", 2)
    raw, key_id = decode(key), bytes.fromhex(key_id.decode())
    need(raw[0] == wanted and len(raw) == 33, f"{vkey!r} is not of type {wanted}")
    need(sha256(name + b"\n" + raw).digest()[:4] == key_id, f"{vkey!r} has another ID")
    mine = [sig[4:] for who, sig in signatures if who == name and sig[:4] == key_id]
    for sig in mine:
        header = b"cosignature/v1\ntime %d\n" % int.from_bytes(sig[:8], "big") if wanted == 4 else b""
        try:
            Ed25519PublicKey.from_public_bytes(raw[1:]).verify(sig[8:] if header else sig, header + text)
        except InvalidSignature:
            need(False, f"the signature of {name.decode()} is wrong")
    return bool(mine)


def open_checkpoint(note, vkey, policy):
    text, _, block = note.rpartition(b"\n\n")
    text += b"\n"
    need(block.endswith(b"\n"), "the checkpoint has no signature line")
    signatures = [re.fullmatch("— ([^ +]+) ([^ ]+)", line.decode()) for line in block[:-1].split(b"\n")]
    need(all(signatures), "a signature line is malformed")
    signatures = [(match[1].encode(), decode(match[2].encode())) for match in signatures]
    origin, size, root, *more = text.split(b"\n")
    need(re.fullmatch(rb"0|[1-9][0-9]*", size), "the size is no canonical number")
    need(more == [b""] and origin == vkey.split(b"+")[0], "the checkpoint is not of this log, or has more lines")
    need(signed_by(text, signatures, vkey, 1), "the log did not sign the checkpoint")
    check_policy(policy, text, signatures, vkey)
    return int(size), decode(root, 32)


def check_policy(policy, text, signatures, vkey):
    satisfied, logs, quorum = {}, [], None
    for line in policy.split(b"\n"):
        word, *rest = line.split() or [b"#"]
        if word == b"log":
            logs.append(rest[0])
        elif word == b"witness":
            satisfied[rest[0]] = signed_by(text, signatures, rest[1], 4)
        elif word == b"group":
            k = {b"all": len(rest) - 2, b"any": 1}.get(rest[1]) or int(rest[1])
            satisfied[rest[0]] = sum(satisfied[member] for member in rest[2:]) >= k
        elif word == b"quorum":
            quorum = rest[0] == b"none" or satisfied[rest[0]]
    need(not logs or vkey in logs, "the policy does not know the log")
    need(quorum, "the policy has no quorum of cosignatures")


parser = argparse.ArgumentParser()
parser.add_argument("--vkey", required=True)
parser.add_argument("--checkpoint", required=True)
parser.add_argument("--leaves", metavar="EXPORT")
parser.add_argument("--policy")
parser.add_argument("--old", nargs=2, action="append", default=[], metavar=("CHECKPOINT", "PROOF"))
parser.add_argument("--proof", nargs=2, action="append", default=[], metavar=("LEAF", "TLOG-PROOF"))
options = parser.parse_args()
policy = Path(options.policy).read_bytes() if options.policy else b"quorum none"
vkey = options.vkey.encode()
size, root = open_checkpoint(Path(options.checkpoint).read_bytes(), vkey, policy)
if options.leaves:
    lines = Path(options.leaves).read_bytes().split(b"\n")
    need(lines.pop() == b"" and len(lines) == size, f"the export has {len(lines)} lines, the checkpoint {size}")
    need(tree(lines) == root, "the export does not have the checkpoint's root")
for old, path in options.old:
    old_size, old_root = open_checkpoint(Path(old).read_bytes(), vkey, b"quorum none")
    need(0 < old_size <= size, "the old checkpoint is empty or larger")
    proof = [decode(line, 32) for line in Path(path).read_bytes().split()]
    roots = extended(old_size, size, True, old_root, proof)
    need(roots == (old_root, root), f"the log does not extend {old}")
for line, path in options.proof:
    head, _, note = Path(path).read_bytes().partition(b"\n\n")
    kind, index, *proof = [line for line in head.split(b"\n") if not line.startswith(b"extra ")]
    need(kind == b"c2sp.org/tlog-proof@v1" and index.startswith(b"index "), f"{path} is no proof")
    (own_size, own_root), index = open_checkpoint(note, vkey, policy), int(index[6:])
    known, proof = leaf(Path(line).read_bytes()), [decode(line, 32) for line in proof]
    need(index < own_size and included(index, own_size, known, proof) == own_root, f"{path} is wrong")
print(f"right: size {size} consistency {len(options.old)} inclusion {len(options.proof)}")
