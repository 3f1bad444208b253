namespace TensorCore.Tests;

/// <summary>
/// What must hold for every op, checked on generated samples of each. Nothing here names an op: a new one is found by itself.
/// </summary>
public sealed class OpTests
{
    [Theory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void Gradient_equals_central_differences(string op) =>
        Cases.Check(Cases.Count(60), choices => OpChecks.Varied(choices, () => OpChecks.Gradient(Sample(op, choices))));

    [Theory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void Second_gradient_equals_central_differences(string op) =>
        Cases.Check(Cases.Count(40), choices => OpChecks.Varied(choices, () => OpChecks.SecondGradient(Sample(op, choices))));

    [Theory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void Fused_kernels_equal_their_composites(string op) =>
        Cases.Check(Cases.Count(60), choices => OpChecks.Varied(choices, () => OpChecks.FusedAgainstComposite(Sample(op, choices))));

    [Theory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void Float32_agrees_with_float64(string op) =>
        Cases.Check(Cases.Count(60), choices => OpChecks.Varied(choices, () => OpChecks.Float32AgainstFloat64(choices, OpCatalog.Get(op).Sample)));

    [Theory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void Every_output_element_is_written(string op) =>
        Cases.Check(Cases.Count(60), choices => OpChecks.Varied(choices, () => OpChecks.PoisonedOutputs(Sample(op, choices))));

    [Theory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void Gradients_accumulate(string op) =>
        Cases.Check(Cases.Count(40), choices => OpChecks.Varied(choices, () => OpChecks.Accumulation(Sample(op, choices))));

    [Theory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void A_value_changed_in_place_is_refused_or_not_needed(string op) =>
        Cases.Check(Cases.Count(25), choices => OpChecks.Varied(choices, () => OpChecks.InPlaceChange(choices, OpCatalog.Get(op).Sample)));

    private static OpSample Sample(string op, int[] choices) => OpCatalog.Get(op).Sample(new SampleGenerator(choices));
}
