using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Streaming;

/// <summary>One question, a model that writes its plan at a given speed, and tools that take their time.</summary>
internal sealed class StreamedAnswer
{
    /// <summary>How long a model takes to its first token.</summary>
    public static readonly TimeSpan Latency = TimeSpan.FromSeconds(0.5);

    /// <summary>How far the times of tools lie around their median: the standard deviation of their logarithms.</summary>
    public const double Spread = 0.5;

    // A token of English or JSON has about four characters.
    private const int CharactersPerToken = 4;

    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly BranchedQuestion _question;
    private readonly double _tokensPerSecond;
    private readonly TimeSpan[] _times;
    private readonly TimeSpan[] _known;

    public StreamedAnswer(BranchedQuestion question, double tokensPerSecond, double toolSeconds)
    {
        _question = question;
        _tokensPerSecond = tokensPerSecond;
        var random = new SeededRandom((ulong)question.Id.Aggregate(17, (hash, character) => (hash * 31) + character));
        _times = [.. Enumerable.Range(0, question.Count).Select(_ => TimeSpan.FromMilliseconds(Math.Round(1000 * toolSeconds * random.Lognormal(1, Spread))))];
        _known = [.. Enumerable.Range(0, question.Count).Select(KnownAt)];
    }

    /// <summary>No run that waits for the plan's words is shorter: each step begins when its object is closed and what it depends on is done.</summary>
    public TimeSpan LowerBound()
    {
        var ends = new TimeSpan[_question.Count];
        for (int step = 0; step < ends.Length; step++)
        {
            ends[step] = _question.DependenciesOf(step).Select(dependency => ends[dependency]).Append(_known[step]).Max() + _times[step];
        }

        return ends.Max();
    }

    /// <summary>As an agent does it that thinks before each step: the model writes a step, the tool does it, and so on.</summary>
    public TimeSpan OneByOne()
    {
        TimeSpan sum = TimeSpan.Zero;
        for (int step = 0; step < _question.Count; step++)
        {
            TimeSpan written = _known[step] - (step == 0 ? Latency : _known[step - 1]);
            sum += Latency + written + _times[step];
        }

        return sum;
    }

    /// <summary>The request through the library, on a virtual clock.</summary>
    public TimeSpan Run(bool startsEarly)
    {
        var simulation = new RunSimulation(services =>
        {
            services.AddSingleton<IChatClient>(provider => Model(provider.GetRequiredService<TimeProvider>()));
            services.AddAgentOrchestration(options =>
                {
                    options.Runs.MaxParallelism = _question.Count;
                    options.Planning.StartsEarly = startsEarly;
                })
                .AddTaskType<Search, string>("search", "Looks something up in a fixed collection.", WorkAsync, options => options.Effect = TaskEffect.Pure)
                .AddTaskType<Calculation, string>("calculate", "Calculates.", WorkAsync, options => options.Effect = TaskEffect.Pure)
                .AddTaskType<Conclusion, string>("answer", "Answers from what was calculated.", WorkAsync, options => options.Effect = TaskEffect.Pure);
        })
        { Patience = TimeSpan.Zero };
        using SimulatedRun run = simulation.Run(new OrchestrationRequest(_question.Text), seed: 1);
        return run.Result.Outcome == RunOutcome.Succeeded ? run.Events[^1].Time - Beginning : throw new InvalidOperationException($"Question {_question.Id}: {run}");
    }

    private ScriptedChatClient Model(TimeProvider? clock)
    {
        var model = new ScriptedChatClient(clock) { Latency = Latency, TokensPerSecond = _tokensPerSecond, LongestToken = CharactersPerToken };
        model.Answer(_question.Answer);
        return model;
    }

    private TimeSpan KnownAt(int step)
    {
        int tokens = 0;
        int length = 0;
        using ScriptedChatClient model = Model(clock: null);
        foreach (string token in model.TokensOf(_question.Answer))
        {
            tokens++;
            length += token.Length;
            if (length >= _question.EndOf(step))
            {
                break;
            }
        }

        return Latency + TimeSpan.FromSeconds(tokens / _tokensPerSecond);
    }

    private async ValueTask<string> WorkAsync<TInput>(TInput input, TaskContext context, CancellationToken stop)
    {
        int step = Enumerable.Range(0, _question.Count).First(step => _question.IdOf(step) == context.Subtask.Id);
        await Task.Delay(_times[step], context.TimeProvider, stop);
        return $"found by {context.Subtask.Id}";
    }

    private sealed record Search(string Query);

    private sealed record Calculation(string Problem, string Given);

    private sealed record Conclusion(string[] Values);
}
