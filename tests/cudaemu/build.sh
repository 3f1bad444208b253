#!/usr/bin/env bash
# Builds the emulated GPU (build/libcuda.so.1 and its other names); does nothing if it is up to date.
# build.sh test: also its own tests, which end with "N passed, N failed".
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build="$root/build"

if ! command -v g++ >/dev/null; then
  echo "the emulated GPU needs g++, also to compile kernels: apt-get install g++" >&2
  exit 3
fi

flags=(-std=c++17 -O2 -g1 -fPIC -fvisibility=hidden -Wall -Wextra -ftls-model=initial-exec -fno-strict-aliasing "-DCUDAEMU_SHIM=\"$root/shim\"")
link=(-shared -Wl,-soname,libcuda.so.1 -Wl,-z,defs -static-libgcc)
test_flags=(-std=c++17 -O1 -Wall -Wextra "-DCUDAEMU_ROOT=\"$root\"")
mkdir -p "$build/obj"
library="$build/libcuda.so.1" tests="$build/tests"

# What was made from what is told by contents, not by times, which deceive after a checkout, a copy or a deletion: an object's name holds the hash of its source and of all that
# goes into every object.
hash() { sha256sum | cut -c 1-16; }
common=$({ g++ --version; printf '%s\n' "${flags[@]}"; cat "$root"/src/*.h "$root"/shim/*.h; } | hash)
objects=() missing=()
while read -r sum source; do
  name=${source##*/}
  object="$build/obj/${name%.cpp}-${sum:0:16}-$common.o"
  objects+=("$object")
  [[ -f $object ]] || missing+=("$source" "$object")
done < <(sha256sum "$root"/src/*.cpp)
made_of=$(printf '%s\n' "${link[@]}" "${objects[@]##*/}")

if [[ ! -f $library || $(cat "$build/libcuda.made-of" 2>/dev/null) != "$made_of" ]]; then
  # Two at a time; an object has its name only when it is whole.
  if [[ ${#missing[@]} -gt 0 ]]; then
    printf '%s\0' "${missing[@]}" | xargs -0 -n 2 -P 2 bash -c 'set -e; to=${@: -1} from=${@: -2:1}; g++ "${@:1:$#-2}" -c "$from" -o "$to.$$" || exit 255; mv "$to.$$" "$to"' compile "${flags[@]}"
  fi
  g++ "${link[@]}" -o "$library.new" "${objects[@]}" -lpthread -ldl -lm
  mv "$library.new" "$library"
  ln -sf libcuda.so.1 "$build/libnvrtc.so.12"
  ln -sf libcuda.so.1 "$build/libcublas.so.12"
  echo "$made_of" >"$build/libcuda.made-of"
  for object in "$build"/obj/*; do
    [[ " ${objects[*]} " == *" $object "* ]] || rm -f "$object"
  done
fi
[[ ${1:-} == test ]] || exit 0

made_of=$({ printf '%s\n' "$made_of" "${test_flags[@]}"; cat "$root"/tests/*.cpp "$root"/tests/*.h; } | hash)
if [[ ! -f $tests || $(cat "$tests.made-of" 2>/dev/null) != "$made_of" ]]; then
  g++ "${test_flags[@]}" "$root"/tests/*.cpp "$library" "-Wl,-rpath,$build" -lpthread -ldl -o "$tests"
  echo "$made_of" >"$tests.made-of"
fi
env -u CUDAEMU_CHECK -u CUDAEMU_COMPUTE -u CUDAEMU_LAZY -u CUDAEMU_SCHEDULE CUDAEMU_MEMORY_MB=256 "$tests" "${@:2}" 2>"$build/tests.log"
