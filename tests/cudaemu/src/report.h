#pragma once
#include <cstdint>
#include <string>

namespace emu {

struct Place;

// Writes down a violation found in the running kernel: on stderr, and as the answer of cudaemu_last_report. `line`: of the source, 0 if it must be found from the
// code address `pc`; `address`: of the memory concerned, 0 if none.
void report_kernel(const std::string& what, int line, const void* pc = nullptr, uintptr_t address = 0);

// "line 12"; if the other place is at that line too, with what tells them apart.
std::string describe(const Place& place, const Place& other);

// The same for a misuse of the API by the host.
void report_host(const std::string& what);

std::string last_report();
void clear_report();

std::string text(const char* format, ...) __attribute__((format(printf, 1, 2)));

} // namespace emu
