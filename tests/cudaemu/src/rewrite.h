#pragma once
#include <string>
#include <vector>

namespace emu {

struct KernelName {
    std::string name, bounds; // what stands in __launch_bounds__
};
struct Rewritten {
    std::string text;
    std::vector<KernelName> kernels;
};

// Turns __shared__ declarations into references to the block's memory and finds the kernels. Lines keep their numbers. A form of __shared__ that this does not know becomes
// an #error at its line, not a plain variable that would pass as shared.
Rewritten rewrite(const std::string& source);

} // namespace emu
