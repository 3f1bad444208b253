namespace TensorCore.Examples.Perceptron;

/// <summary>Which functions of two bits a single line can compute.</summary>
public static class Separability
{
    /// <summary>
    /// Tries every neuron with weights in −2 … 2 and half-integer biases in −3.5 … 3.5 on the corners of the square and collects the
    /// functions that they compute, each as a 4-bit number with f(0,0) as its lowest bit. More lines would find no more: there are 14 of 16.
    /// </summary>
    public static IReadOnlySet<int> Computable()
    {
        Tensor corners = LogicGate.Inputs;
        HashSet<int> functions = [];
        for (int w1 = -2; w1 <= 2; w1++)
        {
            for (int w2 = -2; w2 <= 2; w2++)
            {
                Tensor sums = corners.MatMul(Tensor.From<float>([w1, w2]));
                for (double bias = -3.5; bias <= 3.5; bias++)
                    functions.Add(Number((sums + bias).Step().ToArray<float>()));
            }
        }
        return functions;
    }

    /// <summary>Whether some line computes this gate.</summary>
    public static bool IsComputable(LogicGate gate) => Computable().Contains(Number([.. gate.Outputs.Select(o => (float)o)]));

    private static int Number(float[] outputs) => outputs.Select((o, i) => (int)o << i).Sum();
}
