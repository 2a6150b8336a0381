using System.Text.Json.Serialization;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>What it costs an engine to remember runs of one size, for each subtask.</summary>
internal sealed record DurableRow(
    [property: JsonPropertyName("engine")] string Engine,
    [property: JsonPropertyName("concurrency")] int Concurrency,
    [property: JsonPropertyName("tasks")] int Tasks,
    [property: JsonPropertyName("us_per_task")] double MicrosecondsPerTask,
    [property: JsonPropertyName("bytes_per_task")] double BytesPerTask)
{
    public const string Ours = "AgentOrchestration";
    public const string OurPostgres = "AgentOrchestration, PostgreSQL";
    public const string AgentFramework = "Agent Framework";

    /// <summary>The same runs in memory.</summary>
    [JsonIgnore]
    public double MicrosecondsInMemory { get; init; }

    /// <summary>By how much the files had grown when the runs had ended, before anything was tidied up.</summary>
    [JsonIgnore]
    public double BytesGrown { get; init; }

    /// <summary>The part of the bytes that is the plan, with the rest of what is remembered when a run is made.</summary>
    [JsonIgnore]
    public double? BytesOfPlan { get; init; }

    /// <summary>The part of the bytes that is the text of events, without outputs.</summary>
    [JsonIgnore]
    public double? BytesOfEvents { get; init; }

    /// <summary>How many runs stand in one file.</summary>
    [JsonIgnore]
    public int Runs { get; init; }

    /// <summary>How many versions of rows are left to vacuum by each append.</summary>
    [JsonIgnore]
    public double? DeadRowsPerAppend { get; init; }

    /// <summary>Which share of the new versions of rows is in the page of the old one, and in no index.</summary>
    [JsonIgnore]
    public double? ShareInPage { get; init; }
}
