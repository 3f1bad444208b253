using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Rankings;

/// <summary>The rankings that people made in the page: rankings.jsonl in the run's folder.</summary>
/// <param name="runFolder">The run's folder; null if the server was started without one.</param>
internal sealed class RankingStore(string? runFolder)
{
    /// <summary>Who ranks here.</summary>
    public const string Source = "page";

    private readonly Lock _gate = new();

    /// <summary>Whether there is a place for rankings.</summary>
    public bool IsPossible => runFolder is not null;

    /// <summary>The run's folder.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public string Root => runFolder ?? throw new ApiException(StatusCodes.Status409Conflict, "no_run_folder", "the server was started without a run's folder: there is no place for rankings");

    /// <summary>All rankings so far.</summary>
    /// <exception cref="ApiException">There is no folder for them, or the file is damaged.</exception>
    public IReadOnlyList<Ranking> All()
    {
        lock (_gate)
        {
            try
            {
                return File.Exists(Path) ? RankingFile.Read(Path, new Texts(Language.English)) : [];
            }
            catch (InvalidDataException e)
            {
                throw new ApiException(StatusCodes.Status500InternalServerError, "rankings_damaged", e.Message);
            }
        }
    }

    /// <summary>Adds one; on return it is on the disk.</summary>
    /// <exception cref="ApiException">It is no ranking, or cannot be stored.</exception>
    public void Add(Ranking ranking)
    {
        lock (_gate)
        {
            try
            {
                RankingFile.Append(Path, ranking);
            }
            catch (ArgumentException e)
            {
                throw ApiException.Invalid(e.Message.Split(" (Parameter", 2)[0], "ranks");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ApiException(StatusCodes.Status500InternalServerError, "not_stored", e.Message);
            }
        }
    }

    /// <summary>The file as it is.</summary>
    public byte[] Raw() => File.Exists(Path) ? File.ReadAllBytes(Path) : [];

    /// <summary>All pairs that are no ties, one a line, in the form that <see cref="PreferenceFile"/> and other trainers read: prompt, chosen, rejected.</summary>
    public byte[] Pairs()
    {
        StringBuilder lines = new();
        foreach (Preference pair in All().SelectMany(r => r.Pairs()).Where(p => !p.IsTie))
        {
            JsonObject line = new()
            {
                ["prompt"] = new JsonArray([.. pair.Prompt.Select(m => new JsonObject { ["role"] = m.Role.ToString().ToLowerInvariant(), ["content"] = m.Content })]),
                ["chosen"] = pair.Chosen,
                ["rejected"] = pair.Rejected,
                ["margin"] = pair.Margin,
            };
            lines.Append(Encoding.UTF8.GetString(Json.Bytes(line))).Append('\n');
        }
        return Encoding.UTF8.GetBytes(lines.ToString());
    }

    private string Path => System.IO.Path.Combine(Root, "rankings.jsonl");
}
