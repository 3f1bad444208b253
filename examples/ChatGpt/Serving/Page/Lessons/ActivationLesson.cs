using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Lessons;

/// <summary>The activation functions and their derivatives: the library's own, the latter by its tape.</summary>
internal static class ActivationLesson
{
    private const int Points = 121;
    private const double Reach = 4;

    private static readonly (string Name, Func<Tensor, Tensor> F)[] _functions =
    [
        ("step", x => x.Step()),
        ("sigmoid", x => x.Sigmoid()),
        ("tanh", x => x.Tanh()),
        ("relu", x => x.Relu()),
        ("gelu", x => x.Gelu()),
        ("silu", x => x.Silu()),
    ];

    public static JsonObject Answer()
    {
        double[] grid = [.. Enumerable.Range(0, Points).Select(i => Reach * (2.0 * i / (Points - 1) - 1))];
        return new()
        {
            ["x"] = PageRoutes.Numbers(grid),
            ["functions"] = new JsonArray([.. _functions.Select(f =>
            {
                Tensor x = Tensor.From(grid).RequireGrad();
                Tensor y = f.F(x);
                y.Sum().Backward();
                return new JsonObject { ["name"] = f.Name, ["y"] = PageRoutes.Numbers(y.ToArray<double>()), ["slope"] = PageRoutes.Numbers(x.Grad?.ToArray<double>() ?? new double[Points]) };
            })]),
        };
    }
}
