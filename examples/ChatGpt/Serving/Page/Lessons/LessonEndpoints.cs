using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using TensorCore.Examples.ChatGpt.Serving.Api;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Lessons;

/// <summary>The lesson's experiments, computed when they are asked for, under <c>/api/lesson</c>. They are those of the other examples, in sizes that take seconds.</summary>
internal sealed class LessonEndpoints
{
    private readonly SemaphoreSlim _one = new(1); // two trainings at once would both take twice as long
    private readonly ShapesLesson _shapes = new();

    public void Map(WebApplication app)
    {
        app.Show("/api/lesson/activations", _ => ActivationLesson.Answer());
        app.Ask("/api/lesson/perceptron", (fields, cancellation) => OneAtATime(() => NeuronLesson.Perceptron(fields), cancellation));
        app.Ask("/api/lesson/xor", (fields, cancellation) => OneAtATime(() => NeuronLesson.Xor(Seed(fields)), cancellation));
        app.Ask("/api/lesson/widths", (fields, cancellation) => OneAtATime(() => CurveLesson.Widths(Seed(fields)), cancellation));
        app.Ask("/api/lesson/rates", (fields, cancellation) => OneAtATime(() => CurveLesson.Rates(Seed(fields)), cancellation));
        app.Show("/api/lesson/shapes", _ => _shapes.Describe());
        app.Ask("/api/lesson/shapes/train", (fields, _) => Task.FromResult<JsonNode>(_shapes.Start(Seed(fields))));
        app.Ask("/api/lesson/shapes/look", (fields, _) => Task.FromResult(_shapes.Look(fields)));
    }

    private static ulong Seed(JsonFields fields) => (ulong)(fields.Whole("seed", 0, int.MaxValue) ?? 1);

    private async Task<JsonNode> OneAtATime(Func<JsonNode> experiment, CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(experiment, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }
}
