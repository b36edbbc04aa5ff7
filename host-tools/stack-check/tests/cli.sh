#!/bin/bash
# SPDX-License-Identifier: MIT
# Copyright (c) The SVSM Authors
#
# The command line: exit codes, JSON against its schema, declarations in sources, stacks, comparison, and inputs that are broken.
#   usage: cli.sh STACK-CHECK
set -uo pipefail

tool=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../../..")
here=$root/host-tools/stack-check/tests
programs=$here/programs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
passed=0 failed=0

verify() { # DESCRIPTION COMMAND...: the command succeeds
	local description=$1
	shift
	if "$@" >verify.log 2>&1; then
		passed=$((passed + 1))
	else
		echo "FAILED: $description"
		sed 's/^/    /' verify.log out err 2>/dev/null | tail -n 12
		failed=$((failed + 1))
	fi
}

exits() { # DESCRIPTION STATUS ARGUMENTS...: of the tool; what it prints is in out and err
	local description=$1 expected=$2 status=0
	shift 2
	"$tool" "$@" >out 2>err || status=$?
	if ((status == expected)); then
		passed=$((passed + 1))
	else
		echo "FAILED: $description: status $status, expected $expected"
		sed 's/^/    /' out err | tail -n 12
		failed=$((failed + 1))
	fi
}

json() { # FILTER: true of the output
	verify "JSON: $1" jq -e "$1" out
}

build() { # NAME: into the folder NAME
	mkdir -p "$1"
	local sources=("$programs/common.c" "$programs/$1.c")
	[[ ! -e $programs/${1}_2.c ]] || sources+=("$programs/${1}_2.c")
	(cd "$1" && gcc -O2 -g -w -fstack-usage -fcallgraph-info=su,da -o program "${sources[@]}")
}

for name in statics table operations recursion vla weak callback; do
	build "$name"
done

# Exit codes
exits 'within the budget' 0 --budget 2K --entry work statics/program
exits 'over the budget' 1 --budget 700 --entry work statics/program
verify 'the table says by how much' grep -q 'OVER by' out
exits 'unknown' 2 --entry work recursion
exits 'unknown, allowed' 0 --allow-unknown --entry work recursion
exits 'no such function' 3 --entry nothing statics/program
verify 'it is named' grep -q 'nothing' err
exits 'no such file' 3 --entry work missing
exits 'no path' 3 --entry work
exits 'no entry' 3 statics/program
exits 'wrong option' 3 --wrong
exits 'wrong budget' 3 --budget ten --entry work statics/program
exits 'help' 0 --help
exits 'version' 0 --version

# Entries
exits 'two entries after one option' 0 --json --entry work main statics/program
json '[.entries[].name] == ["work", "main"]'
exits 'two options' 0 --json --entry work --entry other statics
json '[.entries[].name] == ["work", "other"]'
exits 'a static function by its file' 0 --json --entry statics_2.c:helper statics
json '.entries[0].bytes > 700 and (.entries[0].path[0].file | endswith("statics_2.c"))'
exits 'statics of one name: the deepest counts' 0 --json --entry helper statics
json '.entries[0].bytes > 700 and (.findings | any(test("2 functions")))'

# JSON against its schema
for arguments in "--entry work statics" "--budget 99999 --entry work recursion" "--entry work vla"; do
	# shellcheck disable=SC2086
	"$tool" --json $arguments >out 2>err
	verify "schema: $arguments" python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open("out")), json.load(open(sys.argv[1])))' "$root/docs/schemas/stack-check.schema.json"
done
exits 'unknown has no bytes' 2 --json --entry work vla
json '.entries[0].bytes == null and .entries[0].verdict == "unknown" and (.entries[0].reasons | length) == 1'

# Configuration
echo '{"recursion": {"descend": {"bound": 8, "reason": "n is below 8"}}, "budgets": {"work": 4000}}' >c.json
exits 'bounded recursion' 0 --json --config c.json recursion
json '.entries[0] | .verdict == "assumed" and .budget == 4000 and (.assumptions[0] | test("n is below 8"))'
verify 'the configuration fits its schema' python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open("c.json")), json.load(open(sys.argv[1])))' \
	"$root/docs/schemas/stack-check-config.schema.json"
echo '{"budgets": {"work": 100}}' >small.json
exits 'budget of a configuration' 1 --config small.json statics/program
exits 'an own budget counts before the general one' 1 --budget 9999 --config small.json --entry work statics/program
echo '{"frames": {"gone": 10}}' >stale.json
exits 'a declaration without use is told' 0 --config stale.json --entry work statics/program
verify 'by its name' grep -q 'frames\["gone"\]' out

# Calls through pointers
line=$(grep -n 'current->run' "$programs/operations.c" | cut -d: -f1)
for key in run "operations.c:$line"; do
	echo "{\"calls\": {\"$key\": [\"run_small\", \"run_large\"]}}" >calls.json
	exits "calls of $key" 0 --json --config calls.json --entry work operations
	json '.entries[0] | .verdict == "assumed" and .bytes < 700'
done
echo '{"calls": {"work": ["small", "medium"]}}' >calls.json
exits 'a table with a function that is not listed' 2 --json --config calls.json --entry work table
json '.entries[0].reasons | any(test("does not list large"))'
exits 'the same table without a declaration' 0 --json --entry work table
json '.entries[0] | .verdict == "proved" and .bytes < 1000'

# Functions that a table holds, by its name
cat >tables.c <<'EOF'
struct operations { long size; int (*small)(int); int (*large)(int); };
static __attribute__((noinline)) int small(int n) { volatile char b[64]; b[n & 7] = 1; return b[0]; }
static __attribute__((noinline)) int large(int n) { volatile char b[2048]; b[n & 7] = 1; return b[0]; }
static __attribute__((noinline)) int other(int n) { volatile char b[8192]; b[n & 7] = 1; return b[0]; }
static struct operations table = {1, small, large};
struct operations *list[] = {&table, 0};
int (*volatile any)(int) = other;
__attribute__((noinline)) int call_small(struct operations *o) { return o->small(o->size) + 1; }
__attribute__((noinline)) int call_both(int n) { return (n ? list[0]->small : list[0]->large)(n) + 1; }
int main(int argc, char **argv) { (void)argv; return call_small(list[argc]) + call_both(argc) + any(argc); }
EOF
verify 'a program with tables' gcc -O1 -w -o tables tables.c
callees() { # CALLEES LEAST MOST: bytes of both callers
	echo "{\"calls\": {\"call_small, call_both\": {\"callees\": $1, \"reason\": \"a test\"}}}" >calls.json
	exits "callees $1" 0 --json --config calls.json --entry call_small call_both tables
	json "[.entries[].bytes] | (.[0] >= $2 and .[0] <= $3 and .[1] >= $4 and .[1] <= $5)"
	json '.entries[1].assumptions | any(test("a test"))'
}
callees '["table[]"]' 2048 3000 2048 3000
callees '["list[][]"]' 2048 3000 2048 3000
callees '["table[8]"]' 64 300 64 300
callees '["table[16]"]' 2048 3000 2048 3000
callees '["tables.c:table[.]"]' 64 300 2048 3000
exits 'without a declaration' 0 --json --entry call_small tables
json '.entries[0].bytes > 8192'
echo '{"calls": {"call_small": ["nothing[]"]}}' >calls.json
exits 'a table that is not there' 0 --json --config calls.json --entry call_small tables
json '.findings | any(test("lists nothing\\[\\]"))'
echo '{"frames": {"gone, missing": 10}}' >two.json
exits 'two functions in one key' 0 --json --config two.json --entry call_small tables
json '[.findings[] | select(test("frames\\[\"(gone|missing)\"\\]"))] | length == 2'

# Unwind information
cat >unwind.S <<'EOF'
	.macro function name
	.globl \name
	.type \name, @function
\name:
	.cfi_startproc
	.endm
	.macro end name
	.cfi_endproc
	.size \name, . - \name
	.endm
	function helper
	ret
	end helper
	function restores
	lea (%rsp), %r11
	.cfi_def_cfa_register %r11
	sub $256, %rsp
	and $-64, %rsp
	call helper
	lea (%r11), %rsp
	.cfi_def_cfa_register %rsp
	ret
	end restores
	function lies
	sub $64, %rsp
	call helper
	add $64, %rsp
	ret
	end lies
	function honest
	sub $64, %rsp
	.cfi_adjust_cfa_offset 64
	call helper
	add $64, %rsp
	.cfi_adjust_cfa_offset -64
	ret
	end honest
	function leaves
	mov %rdi, %rsp
	call helper
	ret
	end leaves
	.section .note.GNU-stack, "", @progbits
EOF
echo 'int main(void) { return 0; }' >main.c
verify 'assembly with unwind information' gcc -o unwind main.c unwind.S
exits 'what unwind information restores' 0 --json --entry restores unwind
json '.entries[0] | .verdict == "assumed" and .bytes >= 272 and .bytes <= 340 and (.assumptions[0] | test("eh_frame"))'
exits 'unwind information that disagrees is told' 0 --json --entry lies honest unwind
json '[.findings[] | select(test("unwind information says 8$"))] | length == 1'
json '[.entries[].bytes] == [80, 80]'
exits 'another stack is no stack to return to' 2 --json --entry leaves unwind
json '.entries[0].reasons[0] | test("loads its stack pointer")'

# Objects and archives
(mkdir objects && cd objects && gcc -O2 -w -c "$programs/statics.c" "$programs/statics_2.c" "$programs/weak.c" \
	"$programs/weak_2.c" && ar rcs library.a statics_2.o weak_2.o)
exits 'an object and an archive' 0 --json --entry work objects/statics.o objects/library.a
json '.entries[0].bytes > 700 and .entries[0].verdict == "proved"'
exits 'a weak definition in an object stays' 0 --json --entry work objects/weak.o objects/library.a
json '.entries[0].bytes < 100'
exits 'until the object with the strong one is given' 0 --json --entry work objects/weak.o objects/weak_2.o
json '.entries[0].bytes > 300'
exits 'an archive alone' 0 --json --entry other --entry hook objects/library.a
json '[.entries[].bytes] | min > 300'
exits 'an object that is not linked' 2 --json --entry work objects/statics.o
json '.entries[0].reasons[0] | test("no code for other")'
head -c 2000 objects/library.a >objects/broken.a
exits 'an archive cut off' 3 --entry other objects/broken.a
# A damaged header is not the archive's end: the members behind it would be missing
at=$(grep -abo 'weak_2.o/' objects/library.a | tail -n 1 | cut -d: -f1)
for damage in "magic:$((at + 58)):XX" "size:$((at + 48)):-1" "size:$((at + 48)):9999999999"; do
	cp objects/library.a objects/damaged.a
	printf '%s' "${damage##*:}" | dd of=objects/damaged.a bs=1 seek="$(cut -d: -f2 <<<"$damage")" conv=notrunc status=none
	exits "an archive with a damaged ${damage%%:*} of a member" 3 --entry other objects/damaged.a
	verify '  is named with the offset' grep -q "damaged.a: broken archive: .*offset $at" err
done
head -c $((at + 20)) objects/library.a >objects/damaged.a
exits "an archive cut off in a member's header" 3 --entry other objects/damaged.a

# Functions that come to pointers from elsewhere
cat >pointer.c <<'EOF'
__attribute__((noinline)) static void small(void) { __asm__ volatile(""); }
void (*own)(void) = small;
extern void (*theirs)(void);
int main(void) { theirs(); own(); return 0; }
EOF
cat >theirs.c <<'EOF'
static void large(void) { volatile char room[9000]; room[0] = 1; }
void (*theirs)(void) = large;
EOF
sed 's/main/work/; s/theirs()/own()/; /extern/d' pointer.c >part.c
gcc -O1 -c pointer.c theirs.c part.c
exits 'pointers, with a file missing' 0 --json --entry main pointer.o
json '.entries[0] | .verdict == "assumed" and (.assumptions | any(test("theirs and whatever else is outside")))'
exits 'pointers, with all files' 0 --json --entry main pointer.o theirs.o
json '.entries[0] | .verdict == "proved" and .bytes > 9000'
exits 'pointers of a part of a program' 0 --json --entry work part.o
json '.entries[0] | .verdict == "assumed" and (.assumptions | any(test("from outside may give others")))'
gcc -O1 -fPIC -shared -o libtheirs.so theirs.c && gcc -O1 -o pointer pointer.o -L. -ltheirs
exits 'pointers, with a library missing' 0 --json --entry main pointer
json '.entries[0].verdict == "assumed"'

# What compilers wrote, against the code
exits 'a weak definition elsewhere is told' 0 --json --entry work weak
json '.findings | any(test("hook"))'
sed -i 's/\t[0-9]*\tstatic/\t4096\tstatic/' statics/*.su
exits 'a stale file is told' 0 --json --entry work statics
json '(.findings | any(test("another build"))) and .entries[0].bytes < 2000'
sed -i '/targetname: "other"/d' statics/*.ci
exits 'a call the call graph lacks is told' 0 --json --entry work statics
json '.findings | any(test("work calls other"))'
mkdir only-ci && cp recursion/*.ci only-ci
exits 'the call graph alone: no proof' 0 --json --config c.json --entry work only-ci
json '.entries[0].verdict == "assumed"'

# Names of temporary files, which link-time optimization makes, are in no result.
for attempt in first second; do
	mkdir "lto-$attempt"
	verify "a program by link-time optimization, $attempt" gcc -O2 -w -flto -fstack-usage -fcallgraph-info=su,da \
		-o "lto-$attempt/program" -dumpdir "lto-$attempt/" -save-temps=obj "$programs/common.c" "$programs/clones.c"
	rm -f "lto-$attempt"/*.[ois]
	(cd "lto-$attempt" && "$tool" --json --entry work .) >"lto-$attempt.json"
done
verify 'the compiler left its notes' test -n "$(find lto-first -name '*.ltrans*.ci')"
verify 'link-time optimization: another build, the same bytes' cmp lto-first.json lto-second.json
verify 'link-time optimization: no file of another build' jq -e '.findings == []' lto-first.json

# Every trap that is known has a test.
has_test() { # WHERE, as traps.txt says it
	local file=${1%%: *} words=${1#*: }
	case $1 in
	test_*) grep -q "cmocka_unit_test($words)" "$here/$file" ;;
	cli.sh:*) grep -qE "^(exits|verify) '$words'" "$here/$file" ;;
	*) [[ -e $programs/$1.c ]] ;;
	esac
}
traps=0
while IFS='|' read -r trap where; do
	[[ -n $trap && $trap != \#* ]] || continue
	verify "trap: $trap" has_test "${where# }"
	traps=$((traps + 1))
done <"$here/traps.txt"
verify 'traps are listed' test "$traps" -ge 40
for program in "$programs"/*.c; do
	program=$(basename "$program" .c)
	[[ $program == common || $program == *_2 ]] ||
		verify "program $program is some trap's" grep -q "| $program\$" "$here/traps.txt"
done

# Declarations in sources
cat >declared.c <<'EOF'
#include <svsm/stack_budget.h>
#define STACK_SIZE (4 * 1024)
int work(int n);
int work(int n)
{
	volatile char buffer[64];

	buffer[n & 7] = (char)n;
	return n <= 0 ? 0 : work(n - 1) + buffer[n & 7];
}
int main(void)
{
	return work(3);
}
STACK_ENTRY(main, STACK_SIZE);
STACK_RECURSION(work, 4, "main asks for three levels");
EOF
for compiler in gcc clang; do
	verify "$compiler takes the macros" $compiler -O1 -w -I"$root/include" -o declared declared.c
	exits 'entries declared in the source' 0 --json declared
	json '.entries[0] | .name == "main" and .budget == 4096 and .verdict == "assumed"'
	verify 'the records are not loaded' sh -c "! readelf -lW declared | grep -q stack_budget"
	verify 'the records are there' sh -c "readelf -SW declared | grep -q stack_budget"
done

# Stacks
cat >stacks.json <<'EOF'
{"stacks": {"irq": {"bytes": 4096, "guard": 100000, "entries": ["work"], "interrupts": {"other": 2}}}}
EOF
"$tool" --json --entry other statics/program >other.json
exits 'a stack with interrupts' 0 --json --config stacks.json statics/program
json ".stacks[0] | .bytes == ([.parts[].bytes] | add) and (.parts[1].nested == 2)"
verify 'the processor pushes 56 bytes, and the return address is none' \
	test "$(jq '.stacks[0].parts[1].bytes' out)" = $((2 * ($(jq '.entries[0].bytes' other.json) - 8 + 56)))
sed -i 's/4096/2000/' stacks.json
exits 'a stack that is too small' 1 --config stacks.json statics/program
sed -i 's/2000/4096/; s/100000/512/' stacks.json
exits 'a frame that could step over the guard' 1 --config stacks.json statics/program
verify 'it is named' grep -q 'guard: helper' out

# Other outputs
exits 'all outputs' 0 --sarif s.sarif --folded f.txt --html h.html --entry work callback
verify 'SARIF has a code flow' jq -e '.runs[0].results[0].codeFlows[0].threadFlows[0].locations | length >= 3' s.sarif
verify 'SARIF names lines' jq -e '[.. | .startLine? // empty] | length > 0' s.sarif
verify 'folded stacks add up' test "$(awk '{ n += $2 } END { print n }' f.txt)" = \
	"$("$tool" --json --entry work callback | jq '.entries[0].bytes')"
verify 'HTML has the tree' grep -q '<details open>' h.html
exits 'an output that cannot be written' 3 --html /nonexistent/x --entry work callback
exits 'the same twice' 0 --json --entry work callback
cp out first
exits 'the same twice' 0 --json --entry work callback
verify 'gives the same bytes' cmp out first

# What SARIF 2.1.0 (OASIS, errata 01) and GitHub's code scanning ("SARIF support for code scanning", tables of supported
# properties) require of the objects used here. sarif_check.py compares with classes made from OASIS' own schema.
cat >sarif.schema.json <<'EOF'
{
  "$defs": {
    "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
    "location": {
      "type": "object", "required": ["physicalLocation"],
      "properties": {
        "physicalLocation": {
          "type": "object", "required": ["artifactLocation", "region"],
          "properties": {
            "artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "pattern": "^([-A-Za-z0-9._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+$"}}},
            "region": {"type": "object", "required": ["startLine"], "properties": {"startLine": {"type": "integer", "minimum": 1}}}
          }
        },
        "message": {"$ref": "#/$defs/message"},
        "logicalLocations": {"type": "array", "items": {"type": "object", "required": ["fullyQualifiedName"]}}
      }
    }
  },
  "type": "object", "required": ["version", "runs"], "additionalProperties": false,
  "properties": {
    "$schema": {"type": "string", "pattern": "^https://.*sarif.*2[.]1[.]0"},
    "version": {"const": "2.1.0"},
    "runs": {
      "type": "array", "minItems": 1,
      "items": {
        "type": "object", "required": ["tool", "results"], "additionalProperties": false,
        "properties": {
          "tool": {
            "type": "object", "required": ["driver"],
            "properties": {
              "driver": {
                "type": "object", "required": ["name"],
                "properties": {
                  "name": {"type": "string"},
                  "rules": {
                    "type": "array",
                    "items": {
                      "type": "object", "required": ["id", "shortDescription", "fullDescription", "help"],
                      "properties": {
                        "shortDescription": {"$ref": "#/$defs/message"},
                        "fullDescription": {"$ref": "#/$defs/message"},
                        "help": {"$ref": "#/$defs/message"}
                      }
                    }
                  }
                }
              }
            }
          },
          "results": {
            "type": "array",
            "items": {
              "type": "object", "required": ["message", "ruleId", "locations", "partialFingerprints"],
              "properties": {
                "message": {"$ref": "#/$defs/message"},
                "level": {"enum": ["none", "note", "warning", "error"]},
                "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
                "locations": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/location"}},
                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                "codeFlows": {
                  "type": "array",
                  "items": {
                    "type": "object", "required": ["threadFlows"],
                    "properties": {
                      "threadFlows": {
                        "type": "array", "minItems": 1,
                        "items": {
                          "type": "object", "required": ["locations"],
                          "properties": {
                            "locations": {
                              "type": "array", "minItems": 1,
                              "items": {"type": "object", "properties": {"location": {"$ref": "#/$defs/location"}}}
                            }
                          }
                        }
                      }
                    }
                  }
                }
              },
              "if": {"properties": {"kind": {"not": {"const": "fail"}}}}, "then": {"properties": {"level": {"const": "none"}}}
            }
          }
        }
      }
    }
  }
}
EOF
sarif() { # FILE FILTER
	verify "SARIF: $1 fits the schema" python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open("sarif.schema.json")))' "$1"
	verify "SARIF: $1 holds what the object model has" /usr/bin/python3 "$here/sarif_check.py" "$1"
	# shellcheck disable=SC2016 # variables of jq
	verify "SARIF: every rule is described in $1" \
		jq -e '.runs[0] | ([.tool.driver.rules[].id] as $ids | all(.results[]; .ruleId as $id | $ids | index($id)))' "$1"
	verify "SARIF: $1: $2" jq -e "$2" "$1"
}
exits 'SARIF of what is within its budget' 0 --sarif within.sarif --budget 9K --entry work statics/program
sarif within.sarif '.runs[0].results[0] | .ruleId == "stack-bound" and .level == "none"'
verify 'SARIF names the source of a public function' \
	jq -e '.runs[0].results[0].locations[0].physicalLocation | (.artifactLocation.uri | endswith("statics.c")) and .region.startLine > 1' \
	within.sarif
cp -r statics 'odd name, 100%'
(cd 'odd name, 100%' && gcc -O2 -g -w -o 'a #b' "$programs/common.c" "$programs/statics.c" "$programs/statics_2.c" && strip -g 'a #b')
exits 'SARIF of a program without lines' 0 --sarif odd.sarif --entry work 'odd name, 100%/a #b'
sarif odd.sarif '.runs[0].results[0].locations[0].physicalLocation | .artifactLocation.uri == "odd%20name,%20100%25/a%20%23b" and .region.startLine == 1'
exits 'SARIF of what is over it' 1 --sarif over.sarif --budget 100 --entry work statics/program
sarif over.sarif '.runs[0].results[0] | .ruleId == "stack-over-budget" and .level == "error"'
exits 'SARIF of what is unknown' 2 --sarif unknown.sarif --entry work vla
sarif unknown.sarif '.runs[0].results[0].ruleId == "stack-unknown"'
exits 'SARIF of stacks' 1 --sarif stacks.sarif --config stacks.json statics/program
sarif stacks.sarif '[.runs[0].results[] | select(.ruleId == "stack-guard")] | length == 1'
echo '{"stacks": {"small": {"bytes": 100, "entries": ["work"]}}}' >small-stack.json
exits 'SARIF of a stack that is too small' 1 --sarif small.sarif --config small-stack.json statics/program
sarif small.sarif '[.runs[0].results[] | select(.ruleId == "stack-over-budget" and (.message.text | test("the stack small")))] | length == 1'

# Comparison
"$tool" --json --entry work statics/program >old.json
jq '.entries[0].bytes -= 100 | .entries[0].path[0].frame -= 100' old.json >less.json
exits 'nothing changed' 0 diff old.json old.json
exits 'it grew' 1 diff less.json old.json
verify 'by how much' grep -q '(+100)' out
exits 'it shrank' 0 diff old.json less.json
exits 'against a baseline' 1 --baseline less.json --entry work statics/program
exits 'a baseline that is none' 3 diff c.json old.json
exits 'one file' 3 diff old.json

# Output that does not arrive
for arguments in '--entry work statics/program' '--json --entry work statics/program' 'diff less.json old.json' --help --version; do
	# shellcheck disable=SC2086 # several arguments
	verify "a full device: $arguments" bash -c '"$@" >/dev/full 2>err; (($? == 3)) && grep -q "cannot write" err' - \
		"$tool" $arguments
done
for option in --sarif --folded --html; do
	exits "$option into a folder" 3 "$option" . --entry work statics/program
	verify 'it is named' grep -q '^stack-check: \.: cannot be written' err
	exits "$option on a full device" 3 "$option" /dev/full --entry work statics/program
done

# Broken inputs
exits 'a file that is not there' 3 --entry work missing.elf
verify 'it is named' grep -q 'there is no file missing.elf' err
exits 'an entry without a name' 3 --entry '' statics/program
mkfifo pipe
for path in pipe /dev/zero; do
	exits "$path" 3 --entry work "$path"
	exits "$path as configuration" 3 --config "$path" --entry work statics/program
	exits "$path as baseline" 3 --baseline "$path" --entry work statics/program
done
mkdir odd
mkfifo odd/pipe.ci
ln -s /dev/zero odd/zero.su
ln -s . odd/loop
ln statics/program odd/program
exits 'a folder with things that are no files' 0 --entry work odd
head -c 100000 /dev/urandom >odd/random.ci
exits 'a folder with a broken file' 3 --entry work odd
verify 'it is named' grep -q 'odd/random.ci:1:' err
printf 'a.c:1:1:f\t16\tstatic\nnonsense\n' >bad.su
exits 'broken .su' 3 --entry work bad.su
verify 'file and line' grep -q 'bad.su:2:' err
printf 'graph: { title: "a" \nwhat\n' >bad.ci
exits 'broken .ci' 3 --entry work bad.ci
verify 'file and line' grep -q 'bad.ci:2:' err
printf '{"frames":\n {"f": }}\n' >bad.json
exits 'broken configuration' 3 --config bad.json --entry work statics/program
verify 'file and line' grep -q 'bad.json:2:' err
head -c 3000 statics/program >part
exits 'an ELF file cut off' 3 --entry work part
verify 'it is named' grep -q '^stack-check: part:' err
printf '!<thin>\n' >thin.a
exits 'a thin archive' 3 --entry work thin.a
printf '\177ELF' >tiny
exits 'four bytes of ELF' 3 --entry work tiny
: >empty
exits 'an empty file' 3 --entry work empty
exits 'a device' 3 --entry work /dev/null
mkdir nothing
exits 'an empty folder' 3 --entry work nothing
gcc -O2 -w -c -flto -fno-fat-lto-objects "$programs/statics.c" -o lto.o
exits 'an object without code' 3 --entry work lto.o
exits 'beside the program it does not matter' 0 --entry work lto.o statics/program

echo "$passed passed, $failed failed"
((failed == 0))
