// What build.sh makes anew: the shell script's lines as rows of the table.
#include "harness.h"

#include <cstdio>

void building()
{
    heading("build.sh", "right", "compiled (names) and linked (stems)");
    FILE* lines = popen("bash '" CUDAEMU_ROOT "/tests/build_test.sh'", "r");
    char line[1000];
    while (lines && fgets(line, sizeof line, lines)) {
        std::string text(line, strcspn(line, "\n"));
        size_t space = text.find(' '), bar = text.find(" | ");
        if (bar == std::string::npos) row(text, false, "no line of a test");
        else row(text.substr(space + 1, bar - space - 1), text.compare(0, space, "yes") == 0, text.substr(bar + 3));
    }
    if (!lines || pclose(lines)) row("build.sh", false, "its test did not run to its end");
}
