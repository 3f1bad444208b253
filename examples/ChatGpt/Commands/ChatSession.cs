using System.Globalization;
using System.Text;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Cli;
using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>A talk in the terminal: it remembers what was said, and lines that begin with a slash change how it goes on.</summary>
internal sealed class ChatSession(ChatEngine engine, CommandRun run, string? system, SamplingOptions sampling)
{
    private readonly List<Message> _messages = [];
    private string? _system = system;
    private SamplingOptions _sampling = sampling;
    private bool _saidForgetting;

    /// <summary>The talk so far, with the system message.</summary>
    public IReadOnlyList<Message> Messages => string.IsNullOrEmpty(_system) ? _messages : [new(Role.System, _system), .. _messages];

    /// <summary>Answers line by line until the end of input, Ctrl-C or /exit.</summary>
    public int Talk(TextReader input)
    {
        ServedModel model = engine.Find(null);
        run.Say($"conversa com {model.Name}; /help mostra os comandos", $"a talk with {model.Name}; /help shows the commands");
        if (!model.Chats)
            run.Say("este modelo ainda não aprendeu a conversar: ele continua o texto", "this model has not learnt to chat yet: it goes on with the text");
        while (!run.Cancellation.IsCancellationRequested)
        {
            if (run.IsInteractive)
                run.Out.Write("> ");
            run.Out.Flush();
            if (run.ReadLine(input) is not string line)
                break;
            if (line.StartsWith('/'))
            {
                if (!Obey(line))
                    break;
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                Ask(line);
            }
        }
        return run.Cancellation.IsCancellationRequested ? CommandApp.Interrupted : 0;
    }

    /// <summary>Asks, shows the answer as it comes, and remembers both.</summary>
    public Answer Ask(string question)
    {
        _messages.Add(new(Role.User, question));
        ChatRequest request = new() { Messages = Messages, Sampling = _sampling };
        if (!_saidForgetting && !engine.Find(null).Fits(request))
        {
            run.Say(
                $"(a conversa não cabe mais nos {engine.Find(null).Model.Context} tokens que o modelo enxerga: ele esquece os turnos mais antigos)",
                $"(the talk no longer fits the {engine.Find(null).Model.Context} tokens that the model sees: it forgets the oldest turns)");
            _saidForgetting = true;
        }
        using Answer answer = engine.Start(request);
        StringBuilder text = new();
        foreach (GeneratedToken token in answer.Tokens.ReadAllAsync(run.Cancellation).ToBlockingEnumerable(run.Cancellation))
        {
            run.Out.Write(token.Text);
            run.Out.Flush();
            text.Append(token.Text);
        }
        run.Out.WriteLine();
        _messages.Add(new(Role.Assistant, text.ToString()));
        _sampling = _sampling with { Seed = _sampling.Seed + 1 }; // the same question again gives another answer
        return answer;
    }

    /// <summary>Carries out a line that begins with a slash; false: it ends the talk.</summary>
    private bool Obey(string line)
    {
        string[] words = line.Split(' ', 2, StringSplitOptions.TrimEntries);
        string value = words.Length > 1 ? words[1] : "";
        switch (words[0].ToLowerInvariant())
        {
            case "/temperature" or "/temperatura" or "/t":
                SetTemperature(value);
                break;
            case "/system" or "/sistema":
                _system = value;
                run.Say(value.Length > 0 ? "a mensagem de sistema agora é essa" : "não há mais mensagem de sistema", value.Length > 0 ? "that is the system message now" : "there is no system message any more");
                break;
            case "/reset" or "/reiniciar":
                _messages.Clear();
                _saidForgetting = false;
                run.Say("conversa nova", "a new talk");
                break;
            case "/regenerate" or "/refazer":
                Regenerate();
                break;
            case "/help" or "/ajuda":
                Help();
                break;
            case "/exit" or "/quit" or "/sair":
                return false;
            default:
                run.Say($"não há {words[0]}; /help mostra os comandos", $"there is no {words[0]}; /help shows the commands");
                break;
        }
        return true;
    }

    private void SetTemperature(string given)
    {
        if (!double.TryParse(given.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out double t) || !(t is >= 0 and <= 100))
        {
            run.Say("a temperatura é um número de 0 a 100, por exemplo /temperature 0.5", "the temperature is a number from 0 to 100, for example /temperature 0.5");
            return;
        }
        _sampling = _sampling with { Temperature = t };
        run.Say($"temperatura {given}", $"temperature {given}");
    }

    private void Regenerate()
    {
        int last = _messages.FindLastIndex(m => m.Role == Role.User);
        if (last < 0)
        {
            run.Say("ainda não há resposta", "there is no answer yet");
            return;
        }
        string question = _messages[last].Content;
        _messages.RemoveRange(last, _messages.Count - last);
        Ask(question);
    }

    private void Help() => run.Say(
        """
        /temperature X   0: sempre o mais provável; perto de 1: mais variado
        /system TEXTO    como o modelo deve responder; sem texto, de nenhum jeito especial
        /regenerate      outra resposta à última pergunta
        /reset           esquece a conversa
        /exit            sai (também Ctrl-D)
        """,
        """
        /temperature X   0: always the likeliest; near 1: more varied
        /system TEXT     how the model is to answer; without a text, in no special way
        /regenerate      another answer to the last question
        /reset           forgets the talk
        /exit            leaves (Ctrl-D too)
        """);
}
