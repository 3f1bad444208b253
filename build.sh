#!/usr/bin/env bash
# One entry to everything; build.ps1 is the same for Windows. Works from any folder: paths that you pass stay relative to where you are.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

usage() {
  cat <<'TEXT'
./build.sh COMMAND
  run                                 build and run the main job: from a small world's text to a GPT to a ChatGPT
  gpt ARGS                            its command line: each stage by itself, and train, sample, eval, verify; gpt --help
  test [long|cuda|mutations] [ARGS]   all tests; long: more generated cases, then the mutation run; cuda: those of the CUDA
                                      backend, on a GPU if there is one, else on the emulated one (which needs g++); ARGS
                                      go to dotnet test; mutations --op NAME plants faults in one op only
  cuda-check [ARGS]                   compiles every CUDA kernel with NVIDIA's compiler, fetched into a cache folder, and
                                      holds registers, spills and instructions against kernels/budget.json
  bench [SUITE]                       the benchmarks: gemm, ops, gpt, tokenizer, cuda; bench cuda --emulated: small sizes on the
                                      emulated GPU
  example [NAME] [ARGS]               one of the examples; without NAME their names
  pack                                the NuGet package with its symbols, into artifacts/
TEXT
}

fail() { echo "build.sh: $1" >&2; exit 2; }

check_sdk() {
  command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing (no 'dotnet' on the PATH): https://dotnet.microsoft.com/download"
  (cd "$root" && dotnet --version >/dev/null 2>&1) ||
    fail "the .NET SDK 10.0 is needed (global.json); found: $(cd / && dotnet --list-sdks 2>/dev/null | cut -d' ' -f1 | paste -sd' ' - | grep . || echo none): https://dotnet.microsoft.com/download"
}

# build PROJECT: in Release, in silence unless it fails, and not at all if no source is newer than the last time
# (folders count too: theirs is the time at which a file was added or deleted).
build() {
  local stamp="$root/$1/obj/build.stamp" log changed=yes
  command -v dotnet >/dev/null || check_sdk
  if [[ -e $stamp ]]; then
    changed=$(cd "$root" && find ./*.props global.json src kernels examples benchmarks tests \
      \( -name bin -o -name obj -o -name '*.md' -o -name '*.svg' \) -prune -o -newer "$stamp" -print -quit 2>/dev/null || true) # a folder may be missing
  fi
  [[ -n $changed ]] || return 0
  check_sdk
  log=$(cd "$root" && dotnet build "$1" -c Release -v q --nologo 2>&1) || { echo "$log" >&2; exit 1; }
  touch "$stamp"
}

# start PROJECT ASSEMBLY ARGS: replaces this shell, so that signals and the exit code are the program's own.
start() {
  local project=$1 assembly=$2
  shift 2
  build "$project"
  exec dotnet "$root/$project/bin/Release/net10.0/$assembly.dll" "$@"
}

examples() { (cd "$root/examples" && for program in */Program.cs; do dirname "$program"; done); }

example() {
  local name
  [[ $# -gt 0 ]] || { examples; return; }
  name=$(examples | grep -ixF -- "$1") || fail "there is no example '$1'; there are: $(examples | paste -sd' ' -)"
  start "examples/$name" "${name,,}" "${@:2}"
}

# Sums the counters of all result files; what xunit skipped is counted by vstest as neither executed nor anything else.
count() {
  cat "$1"/*.trx 2>/dev/null | grep -o '<Counters [^>]*' | awk '
    function value(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : 0 }
    { passed += value("passed"); failed += value("executed") - value("passed"); skipped += value("total") - value("executed") }
    END { print passed + 0, failed + 0, skipped + 0 }'
}

# The emulated GPU of tests/cudaemu; without g++ the tests that need it are skipped and say so.
emulator="$root/tests/cudaemu"
build_emulator() {
  if command -v g++ >/dev/null; then
    "$emulator/build.sh" || exit 1
  else
    echo "the emulated GPU is not built: g++ is missing (apt-get install g++); without a GPU the CUDA tests are skipped" >&2
  fi
}

# The emulator's own tests print a table and, last, "N passed, N failed".
emulator_tests() {
  command -v g++ >/dev/null || { echo "0 0"; return; }
  local log
  log=$(mktemp)
  "$emulator/build.sh" test >"$log" 2>&1 || true
  cat "$log" >&2
  tail -n 1 "$log" | awk '/^[0-9]+ passed, [0-9]+ failed/ { print $1, $3; found = 1 } END { if (!found) print 0, 1 }'
  rm -f "$log"
}

mutations() { (start tests/TensorCore.Mutations TensorCore.Mutations "$@"); }

run_tests() {
  local mode=normal results status=0 passed failed skipped target=TensorCore.sln emulated=0 emulated_failed=0
  case ${1:-} in
    long) mode=long; shift ;;
    cuda) target=tests/TensorCore.Cuda.Tests/TensorCore.Cuda.Tests.csproj; shift ;;
    mutations) mutations "${@:2}"; return ;;
  esac
  check_sdk
  results=$(mktemp -d)
  trap "rm -rf '$results'" EXIT
  build_emulator
  (cd "$root" && dotnet build "$target" -c Release -v q --nologo) || exit 1
  # With arguments (a filter) only what they name is wanted.
  [[ $# -gt 0 ]] || read -r emulated emulated_failed < <(emulator_tests)
  # One project after the other: tests of memory and speed want the machine for themselves.
  (cd "$root" && TENSORCORE_TEST_MODE=$mode dotnet test "$target" -c Release --no-build --nologo -m:1 \
    --logger "console;verbosity=minimal" --logger "trx;LogFilePrefix=tests" --results-directory "$results" "$@") || status=$?
  if [[ $mode == long ]]; then
    # Once more on a device before sm_80, which has other kernels for bfloat16.
    (cd "$root" && CUDAEMU_COMPUTE=75 dotnet test tests/TensorCore.Cuda.Tests -c Release --no-build --nologo \
      --logger "console;verbosity=minimal" --logger "trx;LogFilePrefix=tests" --results-directory "$results" "$@") || status=$?
    mutations || status=$?
  fi
  read -r passed failed skipped < <(count "$results")
  ((passed += emulated, failed += emulated_failed)) || true
  if [[ $status -ne 0 && $failed -eq 0 ]]; then
    echo "a test project or the mutation run ended with an error (exit code $status, above), counted as one failure" >&2
    failed=1
  fi
  [[ $((passed + failed)) -gt 0 ]] || { echo "no test ran" >&2; status=1; }
  echo "$passed passed, $failed failed, $skipped skipped"
  [[ $status -eq 0 && $failed -eq 0 ]]
}

bench() {
  local arguments=() argument
  for argument in "$@"; do
    if [[ $argument == --emulated ]]; then
      build_emulator
      export TENSORCORE_CUDA_LIBRARIES="$emulator/build"
      arguments+=(--quick)
    else
      arguments+=("$argument")
    fi
  done
  cd "$root" && start benchmarks/TensorCore.Benchmarks TensorCore.Benchmarks "${arguments[@]}"
}

command=${1:-}
[[ $# -eq 0 ]] || shift
case $command in
  '' | help | -h | --help) usage ;;
  run) start examples/ChatGpt chatgpt run "$@" ;;
  gpt) start examples/ChatGpt chatgpt "$@" ;;
  test) run_tests "$@" ;;
  bench) bench "$@" ;;
  cuda-check) start tests/TensorCore.CudaCheck TensorCore.CudaCheck "$@" ;;
  example) example "$@" ;;
  pack) check_sdk && cd "$root" && dotnet pack src/TensorCore -c Release -o artifacts -v q --nologo && ls artifacts/*.nupkg artifacts/*.snupkg ;;
  *) fail "unknown command '$command'; ./build.sh lists the commands" ;;
esac
