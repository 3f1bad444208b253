#pragma once
#include <string>

namespace emu {

// What NVRTC's image holds here: the program itself, so that a cached image outlives the emulator's own cache and serves both modes.
struct Program {
    std::string source, title;

    std::string image() const;
    static bool parse(const void* image, Program& program);
};

struct Build {
    bool ok = false;
    std::string path, log;
};

// The program as a shared library with the checks' hooks or without: from the cache, else compiled by g++.
Build build(const Program& program, bool check);

extern long compile_requests; // how often nvrtcCompileProgram was called

} // namespace emu
