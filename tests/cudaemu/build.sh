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
mkdir -p "$build/obj"
library="$build/libcuda.so.1"
changed=$(find "$root/src" "$root/shim" "$root/build.sh" -newer "$library" -type f 2>/dev/null || true)

if [[ ! -f $library || -n $changed ]]; then
  # Sources two at a time; all of them if a header changed.
  newest_header=$(find "$root/src" "$root/shim" "$root/build.sh" \( -name '*.h' -o -name build.sh \) -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2-)
  for source in "$root"/src/*.cpp; do
    object="$build/obj/$(basename "$source" .cpp).o"
    if [[ ! -f $object || $source -nt $object || $newest_header -nt $object ]]; then printf '%s\0%s\0' "$source" "$object"; fi
  done | xargs -0 -r -n 2 -P 2 bash -c 'flags=("${@:1:$#-2}"); g++ "${flags[@]}" -c "${@: -2:1}" -o "${@: -1}" || exit 255' compile "${flags[@]}"
  g++ -shared -Wl,-soname,libcuda.so.1 -Wl,-z,defs -static-libgcc -o "$library.new" "$build"/obj/*.o -lpthread -ldl -lm
  mv "$library.new" "$library"
  ln -sf libcuda.so.1 "$build/libnvrtc.so.12"
  ln -sf libcuda.so.1 "$build/libcublas.so.12"
fi
[[ ${1:-} == test ]] || exit 0

tests="$build/tests"
if [[ ! -f $tests || -n $(find "$root/tests" "$library" -newer "$tests" -type f) ]]; then
  g++ -std=c++17 -O1 -Wall -Wextra "-DCUDAEMU_KERNELS=\"$root/../../kernels\"" "$root"/tests/*.cpp "$library" "-Wl,-rpath,$build" -lpthread -o "$tests"
fi
CUDAEMU_MEMORY_MB=256 "$tests" "${@:2}" 2>"$build/tests.log"
