#!/usr/bin/env bash
# Runs one scan as the inputs say: annotations on stdout, the job's summary, reports, outputs. Ends with its exit code.
set -euo pipefail

home="$RUNNER_TEMP/imdsguard"
mkdir -p "$home"
rm -f "$home/report.json" "$home/summary.md"
arguments=(scan)
paths=()

fail() {
  echo "::error title=imdsguard::$1"
  echo "exit-code=2" >> "$GITHUB_OUTPUT"
  exit 2
}

# single INPUT VALUE: of an input that is one value, a second line is no part.
single() {
  case "$2" in *[$'\n\r']*) fail "the input $1 has more than one line" ;; esac
}

option() {
  single "$1" "$3"
  if [ -n "$3" ]; then arguments+=("$2=$3"); fi
}

# flag INPUT VALUE: true or false.
flag() {
  case "$2" in
    true) return 0 ;;
    false) return 1 ;;
    *) fail "the input $1 is neither true nor false" ;;
  esac
}

# options OPTION LINES: the option once for each line that is not empty.
options() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then arguments+=("$1=$line"); fi
  done <<< "$2"
}

option policy --policy "$INPUT_POLICY"
option fail-on --fail-on "$INPUT_FAIL_ON"
option baseline --baseline "$INPUT_BASELINE"
option changed-since --changed-since "$INPUT_CHANGED_SINCE"
option readiness-file --readiness-file "$INPUT_READINESS_FILE"
option source --source "$INPUT_SOURCE"
options --var-file "$INPUT_VAR_FILES"
options --var "$INPUT_VARS"
option workspace --workspace "$INPUT_WORKSPACE"
options --exclude "$INPUT_EXCLUDE"
options --honor-comments "$INPUT_HONOR_COMMENTS"
options --environment "$INPUT_ENVIRONMENTS"
options --output "$INPUT_FORMATS"
if flag get "$INPUT_GET"; then
  # Who opens a pull request from a fork chooses what would be fetched, and is told so in the log.
  if [ "$("$IMDSGUARD_BIN/python" -I "$GITHUB_ACTION_PATH/action/fork.py")" = no ]; then
    arguments+=(--get)
    options --get-host "$INPUT_GET_HOSTS"
  else
    echo "::notice title=imdsguard::modules are not fetched for a pull request from a fork"
  fi
fi
single sarif-file "$INPUT_SARIF_FILE"
if [ -n "$INPUT_SARIF_FILE" ]; then arguments+=("--output=sarif=$INPUT_SARIF_FILE"); fi
# So that an old report, or one of the pull request, is not taken for ours where the scan cannot be made.
for argument in "${arguments[@]}"; do
  case "$argument" in
    --output=*=/dev/*) ;;
    --output=*=*) rm -f -- "${argument#--output=*=}" || fail "a file that sarif-file or formats names cannot be replaced" ;;
  esac
done
if ! flag suppressions "$INPUT_SUPPRESSIONS"; then arguments+=(--no-suppressions); fi
if flag annotations "$INPUT_ANNOTATIONS"; then arguments+=(--format=github); fi
arguments+=("--output=json=$home/report.json" "--output=markdown=$home/summary.md")

single plan-file "$INPUT_PLAN_FILE"
if [ -n "$INPUT_PLAN_FILE" ]; then
  paths+=("$INPUT_PLAN_FILE")
else
  while IFS= read -r line || [ -n "$line" ]; do
    line="${line%$'\r'}"
    if [ -n "$line" ]; then paths+=("$line"); fi
  done <<< "$INPUT_PATHS"
fi
if [ "${#paths[@]}" -eq 0 ]; then fail "there is nothing to check: the inputs paths and plan-file are empty"; fi

status=0
"$IMDSGUARD_BIN/imdsguard" "${arguments[@]}" -- "${paths[@]}" || status=$?

{
  echo "exit-code=$status"
  if [ -f "$home/report.json" ]; then
    "$IMDSGUARD_BIN/python" -I "$GITHUB_ACTION_PATH/action/counts.py" "$home/report.json"
  fi
  if [ -f "$home/summary.md" ]; then echo "summary=$(sed -n 3p "$home/summary.md")"; fi
  if [ -n "$INPUT_SARIF_FILE" ] && [ -f "$INPUT_SARIF_FILE" ]; then echo "sarif-file=$INPUT_SARIF_FILE"; fi
} >> "$GITHUB_OUTPUT"

if flag summary "$INPUT_SUMMARY"; then
  if [ -f "$home/summary.md" ]; then
    cat "$home/summary.md" >> "$GITHUB_STEP_SUMMARY"
  else
    printf '## imdsguard\n\nThe scan could not be made: the log of the step says why.\n' >> "$GITHUB_STEP_SUMMARY"
  fi
fi
exit "$status"
