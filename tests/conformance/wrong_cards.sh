#!/bin/bash
# mv-conformance must notice every wrong value of cards, and every changed input.
# usage: wrong_cards.sh MV-CONFORMANCE CARDS.json
set -u
program=$1 vectors=$2
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# One copy of a vector for each leaf of its expected values, with that leaf changed; and the same for each input that is
# hex or a number. All run at once: every copy must differ.
python3 - "$vectors" "$dir" <<'EOF'
import copy, json, sys
vectors = json.load(open(sys.argv[1]))
skipped = {"sdm_picc", "tr31_d"}  # the one is not built, the other has tests of its own
# Inputs that are words, or remarks.
free = {"alg", "method", "ins", "pan", "psn"}
# What nothing else of the vector depends on: a plain command is bound to no transaction, NonFirst keeps the one it is
# given, and the number of a key is not in its own authentication.
unbound = {
    "an12196-t23-ev2nonfirst-k0/expected/ti",
    "an12196-t24-plain-advances-ctr/inputs/ti",
    "desfire-ev1-auth-13-aes/inputs/key_no",
    "desfire-ev1-auth-14-aes/inputs/key_no",
}


def leaves(value, path=()):
    if isinstance(value, dict):
        for name in value:
            yield from leaves(value[name], path + (name,))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from leaves(item, path + (at,))
    elif value is not None:
        yield path


def change(value):
    if isinstance(value, int):
        return value + 1
    if value == "":
        return "00"
    # bit 1 of the first byte: parity bits of DES keys say nothing
    return "%02x" % (int(value[:2], 16) ^ 2) + value[2:]


def altered(vector, group, path):
    other = copy.deepcopy(vector)
    at = other[group]
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = change(at[path[-1]])
    other["id"] += "/" + group + "/" + "/".join(map(str, path))
    return other


def copies(vector):
    for group in ("expected", "inputs"):
        for path in leaves(vector[group]):
            if group == "expected" or path[0] not in free or vector["kind"] in ("ev2_full", "ev2_mac"):
                yield altered(vector, group, path)


# What others are known to have got wrong: the value of each must not pass.
def trap(name, of, **members):
    other = copy.deepcopy(next(v for v in vectors if v["id"] == of))
    for member, value in members.items():
        group = "expected" if member in other["expected"] else "inputs"
        other[group][member] = value
    return dict(other, id="trap/" + name)


def odd(key):
    return bytes(b & 0xFE | (bin(b >> 1).count("1") + 1) % 2 for b in bytes.fromhex(key)).hex()


full = next(v for v in vectors if v["id"] == "an12196-t17-writedata")["inputs"]
traps = [
    trap("plain-cmac", "an10922-aes128", master_key="f3f9377698707b688eaf84abe39e3791", m="04deadbeeffeed",
         key="721e2c01e81af85d815633969cea2607"),
    trap("version-in-parity-2tdea", "an10922-2tdea", key="16f8597d9e8910c96b9649d007107dd6"),
    trap("version-in-parity-3tdea", "an10922-3tdea", key="2e0dd03774d3fb9a5705ab0bda91ca0b55b8e07fcdbf10ec"),
    trap("odd-parity", "an10922-2tdea", key=odd("16f8597c9e8910c86b9648d006107dd7")),
    trap("aes-master-for-2tdea", "an10922-2tdea", master_key="00112233445566778899aabbccddeeff0102030405060708"),
    trap("printed-length", "an12196-t17-writedata", cmd_header="02000000530000"),
    trap("first-half-of-the-mac", "an12196-t17-writedata", mact="a8d185d964a8e049"),
    trap("swapped-session-keys", "an12196-t17-writedata", k_ses_auth_enc=full["k_ses_auth_mac"],
         k_ses_auth_mac=full["k_ses_auth_enc"]),
    trap("another-table's-passes", "ntag224-aes-auth",
         resp="3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f08120663"),
]

wrong = traps + [other for vector in vectors if vector["kind"] not in skipped for other in copies(vector)]
wrong = [other for other in wrong if other["id"] not in unbound]
json.dump(wrong, open(sys.argv[2] + "/wrong.json", "w"))
json.dump(sorted(v["id"] for v in wrong), open(sys.argv[2] + "/ids.json", "w"))
EOF
"$program" "$dir/wrong.json" >"$dir/out" 2>&1
python3 - "$dir" <<'EOF'
import json, re, sys
wanted = json.load(open(sys.argv[1] + "/ids.json"))
output = open(sys.argv[1] + "/out").read()
noticed = set(re.findall(r"^DIFFERS (\S+) ", output, re.M))
missed = [name for name in wanted if name not in noticed]
for name in missed:
    print("FAILED: not noticed:", name)
print(f"{len(wanted) - len(missed)} of {len(wanted)} wrong values noticed")
sys.exit(1 if missed or len(wanted) < 250 else 0)
EOF
