using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>A model that answers, and how a talk is written for it.</summary>
public sealed class ServedModel
{
    // Of the context, what an answer keeps for itself when a long talk is cut.
    private const int AnswerShare = 4;

    private readonly ChatTemplate? _template;

    /// <summary>A model under a name.</summary>
    /// <param name="name">What requests call it.</param>
    /// <param name="model">The model, in evaluation mode.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="chats">Whether it has learnt to chat. One that has not, a GPT and no ChatGPT, goes on with the messages as with any text.</param>
    /// <exception cref="ArgumentException">It has a smaller vocabulary than the tokenizer, or is to chat with a tokenizer that lacks the template's marks.</exception>
    public ServedModel(string name, ICausalModel model, Tokenizer tokenizer, bool chats = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        if (tokenizer.VocabularySize > model.Vocabulary)
            throw new ArgumentException($"{name}: the tokenizer has {tokenizer.VocabularySize} tokens, but the model only {model.Vocabulary}", nameof(tokenizer));
        (Name, Model, Tokenizer, _template) = (name, model, tokenizer, chats ? new ChatTemplate(tokenizer) : null);
    }

    /// <summary>What requests call it.</summary>
    public string Name { get; }

    /// <summary>The model.</summary>
    public ICausalModel Model { get; }

    /// <summary>Its tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Whether it has learnt to chat: messages are written for it in the chat template.</summary>
    public bool Chats => _template is not null;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Loads a model's folder. Which stage made it stands in its stage.json; without one, it chats if its tokenizer has the template's marks.</summary>
    /// <exception cref="UserErrorException">The folder or a file is missing, the files do not fit together, or the network is of another kind.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    /// <exception cref="IO.SafetensorsException">The weights are no safetensors file, or a damaged one.</exception>
    public static ServedModel Load(string name, string folder, Texts texts, Device device)
    {
        ModelFolder files = new(folder);
        (GptModel model, Tokenizer tokenizer) = files.Load(texts);
        model.To(device);
        bool chats = tokenizer.SpecialTokens.ContainsKey(ChatTemplate.AssistantMark) && new StageFolder(folder).Read()?.Stage != "base";
        return new(name, model, tokenizer, chats) { Created = File.GetLastWriteTimeUtc(files.Weights) };
    }

    /// <summary>
    /// A request's prompt as tokens. If it is too long and <paramref name="sliding"/>, a talk forgets its oldest turns and a text its beginning, until an answer of a quarter of the
    /// context fits behind it.
    /// </summary>
    /// <exception cref="ChatException">There is nothing to answer, a token is not in the vocabulary, or the prompt is too long.</exception>
    public int[] Encode(ChatRequest request, bool sliding)
    {
        ArgumentNullException.ThrowIfNull(request);
        int[] ids = Whole(request);
        if (ids.Length <= Model.Context)
            return ids;
        if (!sliding)
        {
            throw new ChatException(
                ChatError.ContextExceeded,
                $"the prompt has {ids.Length} tokens, but the context of {Name} is {Model.Context}: shorten it, or ask for sliding",
                request.Messages.Count > 0 ? "messages" : "prompt");
        }
        int longest = Model.Context - Math.Min(request.MaxTokens ?? int.MaxValue, Model.Context / AnswerShare);
        int[]? talk = request.Messages.Count > 0 ? _template?.Prompt(request.Messages, longest) : null;
        return talk ?? ids[^longest..];
    }

    /// <summary>Whether a request's prompt fits the context as it is.</summary>
    /// <exception cref="ChatException">There is nothing to answer, or a token is not in the vocabulary.</exception>
    public bool Fits(ChatRequest request) => Whole(request).Length <= Model.Context;

    private int[] Whole(ChatRequest request)
    {
        int forms = (request.Messages.Count > 0 ? 1 : 0) + (request.Text is null ? 0 : 1) + (request.Tokens is null ? 0 : 1);
        if (forms != 1)
            throw new ChatException(ChatError.InvalidRequest, "there must be messages, or a text to go on with, and not both", forms == 0 ? "messages" : "prompt");
        return request.Messages.Count == 0 ? Beginning(request) : _template?.Prompt(request.Messages) ?? Continued(request.Messages);
    }

    private int[] Beginning(ChatRequest request)
    {
        if (request.Tokens is null)
            return Encode(request.Text!);
        int[] ids = [.. request.Tokens];
        if (ids.Length == 0)
            throw new ChatException(ChatError.InvalidRequest, "the prompt has no tokens", "prompt");
        int bad = Array.FindIndex(ids, id => !Tokenizer.HasToken(id));
        return bad < 0 ? ids : throw new ChatException(ChatError.InvalidRequest, $"token {bad} of the prompt is {ids[bad]}, which {Name} has not: it has 0 to {Tokenizer.VocabularySize - 1}", "prompt");
    }

    // A GPT reads what was said as one text.
    private int[] Continued(IReadOnlyList<Message> messages) => Encode(string.Join('\n', messages.Select(m => m.Content)));

    // An empty text becomes the end-of-text token, after which a new text begins, or a line break.
    private int[] Encode(string text)
    {
        int[] ids = Tokenizer.Encode(text);
        if (ids.Length > 0)
            return ids;
        return Tokenizer.SpecialTokens.TryGetValue(BpeTokenizer.EndOfText, out int end) ? [end] : Tokenizer.Encode("\n");
    }
}
