using System.Text.Json.Nodes;
using TensorCore.Examples.Mlp;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Lessons;

/// <summary>A function of one variable, approximated by networks of different widths and at different learning rates.</summary>
internal static class CurveLesson
{
    private const int WidthSteps = 700, RateSteps = 400;

    // Every third point of the grid is all that the picture shows.
    private const int Thin = 3;

    /// <summary>One hidden layer, the wider the better.</summary>
    public static JsonNode Widths(ulong seed) => With(new JsonObject
    {
        ["runs"] = new JsonArray([.. Mlp.Widths.Compare(seed, WidthSteps, starts: 1).Select(r => new JsonObject
        {
            ["width"] = r.Width,
            ["parameters"] = r.Parameters,
            ["error"] = Finite(r.Error),
            ["fitted"] = Thinned(r.Fitted),
        })]),
    });

    /// <summary>The same network and start, from a far too small to a far too large step.</summary>
    public static JsonNode Rates(ulong seed) => With(new JsonObject
    {
        ["runs"] = new JsonArray([.. LearningRates.Sweep(seed, RateSteps).Select(r => new JsonObject
        {
            ["rate"] = r.Rate,
            ["loss"] = PageRoutes.Numbers(r.Losses),
            ["diverged"] = r.Diverged,
            ["final"] = Finite(r.FinalLoss),
            ["fitted"] = Thinned(r.Moments[^1].Fitted),
        })]),
    });

    private static JsonObject With(JsonObject answer)
    {
        float[] grid = [.. Curve.Grid.Where((_, i) => i % Thin == 0)];
        answer["x"] = PageRoutes.Numbers(grid);
        answer["target"] = PageRoutes.Numbers(grid.Select(x => Curve.Value(x)));
        return answer;
    }

    private static JsonArray Thinned(float[] fitted) => PageRoutes.Numbers(fitted.Where((_, i) => i % Thin == 0));

    private static JsonNode? Finite(double x) => double.IsFinite(x) ? JsonValue.Create(x) : null;
}
