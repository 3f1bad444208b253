#!/usr/bin/env bash
# What build.sh makes anew, told by a compiler that only writes down what it was given. A line "yes|no NAME | HOW" for each test; building.cpp runs this.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/emu/src" "$work/emu/shim" "$work/emu/tests"
cp "$here/build.sh" "$work/emu/"
export PATH="$work/bin:$PATH" WORK="$work"

cat >"$work/bin/g++" <<'G'
#!/usr/bin/env bash
[[ $1 == --version ]] && { cat "$WORK/version"; exit; }
to="" inputs=()
while [[ $# -gt 0 ]]; do
  case $1 in
    -o) to=$2; shift ;;
    *.cpp | *.o) inputs+=("$1") ;;
  esac
  shift
done
for input in "${inputs[@]}"; do
  echo "${input##*/}" | sed 's/-.*//' >>"$WORK/calls"
  grep -q error "$input" && exit 1
done
cat "${inputs[@]}" >"$to"
G
chmod +x "$work/bin/g++"
echo "g++ 1" >"$work/version"
cd "$work/emu" || exit 1
echo "#include b" >src/a.cpp
echo "source c" >src/c.cpp
echo "header" >src/b.h
echo "shim" >shim/k.h

# The sources compiled (names) and the objects linked (stems) by one build, in order of their names.
build() {
  rm -f "$WORK/calls"
  ./build.sh 2>/dev/null
  status=$?
  calls=$(sort "$WORK/calls" 2>/dev/null | paste -sd' ' -)
}
expect() { # NAME CALLS LIBRARY
  local library
  library=$(paste -sd' ' build/libcuda.so.1)
  if [[ $calls == "$2" && $library == "$3" ]]; then echo "yes $1 | ${calls:-nothing}"; else echo "no $1 | '$calls' instead of '$2'; library '$library' instead of '$3'"; fi
}

build
expect "build: the first time, everything" "a a.cpp c c.cpp" "#include b source c"
build
expect "build: again, nothing" "" "#include b source c"
touch src/* shim/*
build
expect "build: newer files of the same contents, nothing" "" "#include b source c"
echo "source d" >src/c.cpp && touch -d "2001-01-01" src/c.cpp
build
expect "build: other contents, though older" "a c c.cpp" "#include b source d"
echo "header 2" >src/b.h
build
expect "build: a header changed" "a a.cpp c c.cpp" "#include b source d"
echo "shim 2" >shim/k.h
build
expect "build: the shim changed" "a a.cpp c c.cpp" "#include b source d"
sed -i 's/ -O2 / -O1 /' build.sh
build
expect "build: a flag changed" "a a.cpp c c.cpp" "#include b source d"
echo "g++ 2" >"$WORK/version"
build
expect "build: another compiler" "a a.cpp c c.cpp" "#include b source d"
rm src/c.cpp
build
expect "build: a source was deleted, its object is not linked" "a" "#include b"
[[ -z $(ls build/obj | grep '^c-') ]] && echo "yes build: and removed | build/obj" || echo "no build: and removed | $(ls build/obj)"
echo "error" >src/e.cpp
build
[[ $status -ne 0 ]] && echo "yes build: a source that does not compile | exit status $status" || echo "no build: a source that does not compile | exit status 0"
echo "source e" >src/e.cpp
build
expect "build: after an error only what was missing" "a e e.cpp" "#include b source e"
