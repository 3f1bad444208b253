using TensorCore.Examples.Gpt;
using TensorCore.IO;
using TensorCore.Nn;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>
/// Tunes adapters of low rank in all linear layers instead of the weights (<see cref="Lora"/>), and the vectors of the template's marks: a mark that pretraining never saw
/// has a vector without meaning, which no adapter behind it can give one.
/// </summary>
internal sealed class LowRankTuning
{
    private const string Table = "wte.weight";

    private readonly GptModel _model;
    private readonly LoraOptions _lora;
    private readonly IReadOnlyList<int> _marks;
    private readonly Tensor _table; // (V, C)
    private readonly Tensor _rows; // (V, 1): 1 for a mark

    public LowRankTuning(GptModel model, SftOptions options, IReadOnlyList<int> marks)
    {
        (_model, _marks) = (model, marks);
        _lora = new() { Rank = options.LoraRank, Alpha = options.LoraAlpha, Generator = new Generator(options.Seed) };
        Lora.Attach(model, _lora);
        _table = model.NamedParameters().First(p => p.Name == Table).Value;
        float[] rows = new float[model.Config.Vocabulary];
        foreach (int mark in marks)
            rows[mark] = 1;
        _rows = Tensor.From(rows, [rows.Length, 1], model.Device);
        if (marks.Count > 0)
            _table.RequireGrad();
    }

    /// <summary>What is tuned: adapters, which decay, and the table, which does not, so that rows without a gradient stay as they are to the bit.</summary>
    public (Tensor[] Decayed, Tensor[] Free) Groups => ([.. Lora.Parameters(_model)], _marks.Count > 0 ? [_table] : []);

    /// <summary>Takes the gradient from all rows of the table but the marks'.</summary>
    public void LeaveOtherRows()
    {
        if (_table.Grad is not { } gradient)
            return;
        using (Autograd.NoGrad())
            gradient.CopyFrom(gradient * _rows);
    }

    /// <summary>A plain model with the adapters merged into its weights; the tuned one goes on as it is.</summary>
    public GptModel Merged()
    {
        GptModel merged = new(_model.Config);
        Lora.Attach(merged, _lora with { Generator = new Generator(0) });
        Dictionary<string, Tensor> tuned = _model.NamedParameters().ToDictionary(p => p.Name, p => p.Value);
        using (Autograd.NoGrad())
        {
            foreach ((string name, Tensor to) in merged.NamedParameters())
                to.CopyFrom(tuned[name].To(Device.Cpu));
        }
        Lora.Merge(merged);
        return merged;
    }

    /// <summary>Writes adapters.safetensors and marks.safetensors, small files that make the tuned model out of the one that it began with.</summary>
    public void SaveApart(string folder)
    {
        Lora.Save(Path.Combine(folder, "adapters.safetensors"), _model);
        if (_marks.Count > 0)
        {
            Tensor rows = _table.Detach().To(Device.Cpu).IndexSelect(0, Tensor.From([.. _marks.Select(m => (long)m)], [_marks.Count])); // (marks, C)
            Safetensors.Save(Path.Combine(folder, "marks.safetensors"), new Dictionary<string, Tensor> { [Table] = rows }, new Dictionary<string, string> { ["rows"] = string.Join(' ', _marks) });
        }
    }
}
