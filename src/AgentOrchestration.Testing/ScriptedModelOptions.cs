using AgentOrchestration.Tasks.Prices;

namespace AgentOrchestration.Testing;

/// <summary>Specifies how a <see cref="ScriptedModelServer"/> behaves: its limits, its times, its prompt cache and its faults.</summary>
public sealed class ScriptedModelOptions
{
    /// <summary>Gets the seed of everything that is random: faults, stragglers, answers.</summary>
    /// <value>The default value is 0.</value>
    public int Seed { get; init; }

    /// <summary>Gets the name of the model.</summary>
    /// <value>The default value is <c>scripted</c>.</value>
    public string Model { get; init; } = "scripted";

    /// <summary>Gets the number of requests that are accepted in a minute. Rejected requests count too.</summary>
    /// <value>Greater than 0. The default value is <see langword="null"/>: no limit.</value>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Gets the number of input tokens that are accepted in a minute.</summary>
    /// <value>Greater than 0. The default value is <see langword="null"/>: no limit.</value>
    public int? InputTokensPerMinute { get; init; }

    /// <summary>Gets the number of output tokens that may be written in a minute. They count when they are written, so the limit can be exceeded by running calls.</summary>
    /// <value>Greater than 0. The default value is <see langword="null"/>: no limit.</value>
    public int? OutputTokensPerMinute { get; init; }

    /// <summary>Gets a value that indicates whether requests are limited for each second instead of each minute: 60 in a minute are then one in a second.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool LimitsEachSecond { get; init; }

    /// <summary>Gets a value that indicates whether input read from the prompt cache counts as input tokens.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool CachedInputCounts { get; init; }

    /// <summary>Gets the form of the headers in which the limits are reported.</summary>
    /// <value>The default value is <see cref="ScriptedModelHeaders.OpenAI"/>.</value>
    public ScriptedModelHeaders Headers { get; init; }

    /// <summary>Gets the share of requests that are rejected at random with status 529, as by an overloaded server.</summary>
    /// <value>From 0 to 1. The default value is 0.</value>
    public double OverloadedShare { get; init; }

    /// <summary>Gets the time until the first token, without that of the input.</summary>
    /// <value>The default value is 0.5 seconds.</value>
    public TimeSpan Latency { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Gets the time that is added until the first token for each 1,000 input tokens that are not in the prompt cache.</summary>
    /// <value>The default value is 0.1 seconds.</value>
    public TimeSpan LatencyPerThousandTokens { get; init; } = TimeSpan.FromSeconds(0.1);

    /// <summary>Gets the number of tokens written per second.</summary>
    /// <value>Greater than 0. The default value is 50.</value>
    public double TokensPerSecond { get; init; } = 50;

    /// <summary>Gets the share of requests that take longer, at random.</summary>
    /// <value>From 0 to 1. The default value is 0.</value>
    public double StragglerShare { get; init; }

    /// <summary>Gets the factor by which the time until the first token of a straggler is longer.</summary>
    /// <value>At least 1. The default value is 10.</value>
    public double StragglerFactor { get; init; } = 10;

    /// <summary>Gets the least number of tokens of an answer.</summary>
    /// <value>At least 1. The default value is 20.</value>
    public int MinOutputTokens { get; init; } = 20;

    /// <summary>Gets the greatest number of tokens of an answer. <c>ChatOptions.MaxOutputTokens</c> cuts an answer off before.</summary>
    /// <value>At least <see cref="MinOutputTokens"/>. The default value is 200.</value>
    public int MaxOutputTokens { get; init; } = 200;

    /// <summary>Gets the time for which a prefix stays in the prompt cache, counted from the start of the last request that used it.</summary>
    /// <value>The default value is 5 minutes; zero for no cache.</value>
    public TimeSpan PromptCacheLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets the least number of tokens of a prefix in the prompt cache.</summary>
    /// <value>The default value is 1,024.</value>
    public int MinCachedTokens { get; init; } = 1_024;

    /// <summary>Gets the prices.</summary>
    /// <value>The default values for a million tokens are: input 1, output 5, read from the prompt cache 0.1, written to it 1.25.</value>
    public ModelPrice Price { get; init; } = new(0.000_001m, 0.000_005m, 0.000_000_1m, 0.000_001_25m);
}
