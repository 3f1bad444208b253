#include "rewrite.h"

#include <cctype>
#include <cstring>

namespace emu {

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

namespace {

class Rewriter {
public:
    explicit Rewriter(const std::string& source) : _in(source) {}

    Rewritten run()
    {
        while (_at < _in.size()) {
            if (skip_quiet()) continue;
            char c = _in[_at];
            if (!is_word(c)) {
                if (c == '{') _depth++;
                if (c == '}') _depth--;
                put(1);
                continue;
            }
            size_t end = word_end(_at);
            std::string word = _in.substr(_at, end - _at);
            if (word == "__shared__") declaration(false);
            else if (word == "extern" && word_at(skip_space(end)) == "__shared__") declaration(true);
            else {
                if (word == "__global__") kernel(end);
                put(end - _at);
            }
        }
        return std::move(_out);
    }

private:
    void put(size_t count)
    {
        _out.text.append(_in, _at, count);
        _at += count;
    }

    // Copies a comment, string or character constant at the current place.
    bool skip_quiet()
    {
        size_t end = quiet_end(_at);
        if (end == _at) return false;
        put(end - _at);
        return true;
    }

    size_t quiet_end(size_t i) const
    {
        if (_in.compare(i, 2, "//") == 0) return std::min(_in.find('\n', i), _in.size());
        if (_in.compare(i, 2, "/*") == 0) {
            size_t end = _in.find("*/", i + 2);
            return end == std::string::npos ? _in.size() : end + 2;
        }
        if (_in[i] != '"' && (_in[i] != '\'' || (i > 0 && is_word(_in[i - 1])))) return i;
        size_t end = i + 1;
        while (end < _in.size() && _in[end] != _in[i] && _in[end] != '\n') end += _in[end] == '\\' ? 2 : 1;
        return std::min(end + 1, _in.size());
    }

    size_t word_end(size_t i) const
    {
        while (i < _in.size() && is_word(_in[i])) i++;
        return i;
    }
    size_t skip_space(size_t i) const
    {
        while (i < _in.size() && (isspace((unsigned char)_in[i]) || _in[i] == '\\')) i++;
        return i;
    }
    std::string word_at(size_t i) const { return _in.substr(i, word_end(i) - i); }

    // After __global__: [void] [__launch_bounds__(…)] [void] name(
    void kernel(size_t i)
    {
        KernelName k;
        for (;;) {
            i = skip_space(i);
            std::string word = word_at(i);
            if (word.empty()) return;
            i += word.size();
            if (word == "__launch_bounds__") {
                size_t open = skip_space(i), close = closing(open);
                k.bounds = _in.substr(open + 1, close - open - 1);
                i = close + 1;
            } else if (_in[skip_space(i)] == '(') {
                k.name = word;
                break;
            }
        }
        for (const KernelName& other : _out.kernels)
            if (other.name == k.name) return; // declared before
        _out.kernels.push_back(k);
    }

    size_t closing(size_t open) const
    {
        int depth = 0;
        for (size_t i = open; i < _in.size(); i++) {
            if (_in[i] == '(') depth++;
            if (_in[i] == ')' && --depth == 0) return i;
        }
        return _in.size() - 1;
    }

    void refuse(const char* why, size_t end)
    {
        // The line breaks of the statement stay.
        std::string breaks;
        for (size_t i = _at; i < end && i < _in.size(); i++)
            if (_in[i] == '\n') breaks += '\n';
        _out.text += std::string("static_assert(sizeof(int) == 0, \"cudaemu: __shared__: ") + why + "\");" + breaks;
        _at = end;
    }

    // [extern] __shared__ [alignas(n) or __align__(n)] type name[a][b];
    void declaration(bool dynamic)
    {
        size_t end = _at;
        while (end < _in.size() && _in[end] != ';') {
            size_t quiet = quiet_end(end);
            end = quiet == end ? end + 1 : quiet;
        }
        std::string all = _in.substr(_at, end - _at), body = all.substr(all.find("__shared__") + strlen("__shared__"));
        std::string alignment;
        for (const char* form : {"alignas", "__align__"}) {
            size_t at = body.find(form);
            if (at == std::string::npos) continue;
            size_t open = body.find('(', at), close = body.find(')', at);
            if (open == std::string::npos || close == std::string::npos) return refuse("alignment", end + 1);
            alignment = body.substr(open + 1, close - open - 1);
            body.erase(at, close + 1 - at);
        }
        // The name is the last word before the first bracket outside of angle brackets; what precedes it is the type.
        int angles = 0;
        size_t bracket = body.size();
        for (size_t i = 0; i < body.size() && bracket == body.size(); i++) {
            if (body[i] == '<') angles++;
            if (body[i] == '>') angles--;
            if (angles == 0 && (body[i] == '=' || body[i] == '{' || body[i] == '(')) return refuse("an initial value, or a form that is not known", end + 1);
            if (angles == 0 && body[i] == ',') return refuse("one variable a statement", end + 1);
            if (angles == 0 && body[i] == '[') bracket = i;
        }
        size_t name_end = bracket;
        while (name_end > 0 && !is_word(body[name_end - 1])) name_end--;
        size_t name_begin = name_end;
        while (name_begin > 0 && is_word(body[name_begin - 1])) name_begin--;
        std::string type = body.substr(0, name_begin), name = body.substr(name_begin, name_end - name_begin), dimensions = body.substr(bracket);
        if (name.empty() || type.find_first_not_of(" \t\n") == std::string::npos) return refuse("a form that is not known", end + 1);
        for (size_t i = 0, depth = 0; i < dimensions.size(); i++) {
            if (dimensions[i] == '[') depth++;
            if (dimensions[i] == ']') depth--;
            if (dimensions[i] == ',' && depth == 0) return refuse("one variable a statement", end + 1);
        }
        if (_depth == 0) return refuse("declare it in the function that uses it", end + 1);
        if (dynamic) {
            if (dimensions.find_first_not_of("[] \t") != std::string::npos) return refuse("extern needs []", end + 1);
            _out.text += type + "*const " + name + " = (" + type + "*)emu_dynamic_shared()";
        } else {
            std::string t = "emu_type_" + name, key = "emu_key_" + name;
            if (alignment.empty()) alignment = "alignof(" + t + ")";
            _out.text += "typedef " + type + " " + t + dimensions + "; static char " + key + "; " + t + "& " + name + " = *(" + t + "*)emu_shared(&" + key + ", \"" + name + "\", sizeof(" + t + "), " +
                         alignment + ")";
        }
        _at = end;
    }

    const std::string& _in;
    size_t _at = 0;
    int _depth = 0;
    Rewritten _out;
};

} // namespace

Rewritten rewrite(const std::string& source) { return Rewriter(source).run(); }

} // namespace emu
