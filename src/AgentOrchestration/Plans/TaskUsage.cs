namespace AgentOrchestration.Tasks;

/// <summary>Describes the usage of models and money.</summary>
/// <param name="InputTokens">Tokens sent to models, as far as they are known.</param>
/// <param name="OutputTokens">Tokens that models wrote, as far as they are known.</param>
/// <param name="Cost">What it cost, in the application's own unit, as far as prices are known.</param>
public sealed record TaskUsage(long InputTokens, long OutputTokens, decimal Cost)
{
    /// <summary>Models beyond these are counted together, without a name: names come from endpoints, which may say anything.</summary>
    private const int MostModels = 64;

    /// <summary>Gets the usage of an attempt that uses nothing.</summary>
    /// <value>Zero of everything.</value>
    public static TaskUsage None { get; } = new(0, 0, 0);

    /// <summary>Gets the part of it that is known by model, each model once.</summary>
    /// <value>The default value is empty: usage that was reported as numbers alone is of no model.</value>
    public IReadOnlyList<ModelUsage> Models { get; init; } = [];

    /// <summary>Gets the number of input and output tokens together.</summary>
    /// <value>At most <see cref="long.MaxValue"/>, also when the sum is greater.</value>
    public long Tokens => UsageSum.Of(InputTokens, OutputTokens);

    /// <summary>Creates a usage of calls of one model; what is not known of them counts as 0 in the totals.</summary>
    /// <param name="usage">What the calls used.</param>
    /// <returns>The usage, with its totals and its part by model.</returns>
    public static TaskUsage Of(ModelUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        return new TaskUsage(usage.InputTokens ?? 0, usage.OutputTokens ?? 0, usage.Cost ?? 0) { Models = [usage] };
    }

    /// <summary>Adds two usages.</summary>
    /// <param name="other">The other.</param>
    /// <returns>The sum; of each number at most the greatest value of its type.</returns>
    public TaskUsage Add(TaskUsage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new TaskUsage(
            UsageSum.Of(InputTokens, other.InputTokens), UsageSum.Of(OutputTokens, other.OutputTokens), UsageSum.Of(Cost, other.Cost))
        {
            Models = other.Models.Count == 0 ? Models : Models.Count == 0 ? other.Models : Merge(Models, other.Models),
        };
    }

    /// <summary>Takes a part of it, rounded down, so that the parts of all add up to it.</summary>
    /// <param name="of">Among how many it is divided, this one included.</param>
    /// <returns>The part, and what is left for the others.</returns>
    internal (TaskUsage Part, TaskUsage Left) Divide(int of)
    {
        if (of <= 1)
        {
            return (this, None);
        }

        ModelUsage[] parts = [.. Models.Select(usage => usage.PartOf(of))];
        var part = new TaskUsage(InputTokens / of, OutputTokens / of, UsageSum.PartOf(Cost, of)) { Models = parts };
        return (part, new TaskUsage(InputTokens - part.InputTokens, OutputTokens - part.OutputTokens, Cost - part.Cost)
        {
            Models = [.. Models.Zip(parts, static (all, one) => all.Minus(one))],
        });
    }

    /// <summary>Compares all numbers, those of each model too.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they are equal; the order of the models counts.</returns>
    public bool Equals(TaskUsage? other) =>
        other is not null && InputTokens == other.InputTokens && OutputTokens == other.OutputTokens && Cost == other.Cost && Models.SequenceEqual(other.Models);

    /// <summary>Gets a hash of the totals.</summary>
    /// <returns>The hash.</returns>
    public override int GetHashCode() => HashCode.Combine(InputTokens, OutputTokens, Cost, Models.Count);

    /// <summary>Adds usages by model, each model once.</summary>
    internal static IReadOnlyList<ModelUsage> Merge(IReadOnlyList<ModelUsage> models, IReadOnlyList<ModelUsage> others)
    {
        List<ModelUsage> merged = [.. models];
        foreach (ModelUsage other in others)
        {
            int known = merged.FindIndex(usage => usage.Model == other.Model);
            ModelUsage added = other;
            if (known < 0 && merged.Count >= MostModels)
            {
                added = other with { Model = null };
                known = merged.FindIndex(usage => usage.Model is null);
            }

            if (known < 0)
            {
                merged.Add(added);
            }
            else
            {
                merged[known] = merged[known].Plus(added);
            }
        }

        return merged;
    }
}
