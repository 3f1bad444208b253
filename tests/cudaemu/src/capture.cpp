// Capture of a stream's work, and graphs.
#include <set>

#include "driver.h"
#include "report.h"

namespace emu {

static std::set<Graph*> s_graphs, s_executables;
static thread_local CaptureMode t_mode = CaptureMode::Global; // what captures the thread regards: cuThreadExchangeStreamCaptureMode

int refuse_while_capturing()
{
    bool refused = false;
    auto regard = [&](Stream& s) {
        if (!s.capturing || s.mode == CaptureMode::Relaxed || t_mode == CaptureMode::Relaxed) return;
        bool own = s.capturer == std::this_thread::get_id();
        if (!own && (s.mode != CaptureMode::Global || t_mode != CaptureMode::Global)) return;
        refused = s.invalidated = true;
    };
    for (Stream* s : streams()) regard(*s);
    return refused ? CaptureUnsupported : Success;
}

int refuse_while_any_captures()
{
    bool refused = false;
    for (Stream* s : streams())
        if (s->capturing) refused = s->invalidated = true;
    return refused ? CaptureUnsupported : Success;
}

} // namespace emu

using namespace emu;

EMU_API int cuStreamBeginCapture_v2(void* handle, int mode)
{
    ENTER_STREAM(handle);
    if (mode < 0 || mode > 2) return InvalidValue;
    if (stream == &default_stream()) return CaptureUnsupported; // the legacy stream cannot be captured
    if (stream->capturing) return IllegalState;
    stream->capturing = new Graph;
    stream->mode = (CaptureMode)mode;
    stream->capturer = std::this_thread::get_id();
    stream->invalidated = false;
    return Success;
}

// The capture ends even if a violation makes the call fail.
EMU_API int cuStreamEndCapture(void* handle, void** graph)
{
    Call call;
    if (call.status && call.status != sticky) return call.status;
    Stream* stream = stream_of(handle);
    if (!stream) return InvalidHandle;
    *graph = nullptr;
    if (!stream->capturing) return call.status ? call.status : IllegalState;
    if (stream->mode != CaptureMode::Relaxed && stream->capturer != std::this_thread::get_id()) return CaptureWrongThread;
    Graph* captured = stream->capturing;
    stream->capturing = nullptr;
    if (stream->invalidated || call.status) {
        delete captured;
        return call.status ? call.status : CaptureInvalidated;
    }
    s_graphs.insert(captured);
    *graph = captured;
    return Success;
}

// status 0: does not capture, 1: captures, 2: the capture is lost.
EMU_API int cuStreamIsCapturing(void* handle, int* status)
{
    ENTER_STREAM(handle);
    *status = !stream->capturing ? 0 : stream->invalidated ? 2 : 1;
    return Success;
}

EMU_API int cuThreadExchangeStreamCaptureMode(int* mode)
{
    ENTER;
    if (!mode || *mode < 0 || *mode > 2) return InvalidValue;
    int before = (int)t_mode;
    t_mode = (CaptureMode)*mode;
    *mode = before;
    return Success;
}

EMU_API int cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long)
{
    ENTER;
    if (!s_graphs.count((Graph*)graph)) return InvalidValue;
    auto* copy = new Graph(*(Graph*)graph);
    s_executables.insert(copy);
    *executable = copy;
    return Success;
}

EMU_API int cuGraphGetNodes(void* graph, void** nodes, size_t* count)
{
    ENTER;
    if (!s_graphs.count((Graph*)graph)) return InvalidValue;
    if (nodes) return NotSupported;
    *count = ((Graph*)graph)->nodes.size();
    return Success;
}

EMU_API int cuGraphLaunch(void* executable, void* handle)
{
    ENTER_STREAM(handle);
    auto* graph = (Graph*)executable;
    if (!s_executables.count(graph)) return InvalidValue;
    return submit(*stream, [graph] {
        if (!s_executables.count(graph)) return report_host("cuGraphExecDestroy before the graph had run");
        for (const Work& node : graph->nodes)
            if (!sticky) node();
    });
}

EMU_API int cuGraphExecDestroy(void* executable)
{
    Call call;
    if (call.status && call.status != sticky) return call.status;
    if (!s_executables.erase((Graph*)executable)) return InvalidValue;
    delete (Graph*)executable;
    return call.status;
}

EMU_API int cuGraphDestroy(void* graph)
{
    ENTER;
    if (!s_graphs.erase((Graph*)graph)) return InvalidValue;
    delete (Graph*)graph;
    return Success;
}
