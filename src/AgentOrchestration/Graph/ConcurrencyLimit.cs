using System.Globalization;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph;

/// <summary>
/// Limits on how many attempts run at a time are pools of the ledger like others, so that an attempt takes them together with all else
/// that it needs, or nothing. Their names cannot be an application's: they hold a colon.
/// </summary>
internal static class ConcurrencyLimit
{
    private const string Prefix = "concurrency:";

    /// <summary>What an attempt of a subtask needs of its task type's limit.</summary>
    public static ResourceRequirements Of(TaskDescriptor taskType, Subtask subtask)
    {
        string key = taskType.Options.ConcurrencyKey is { } keyOf ? $":{keyOf(subtask)}" : "";
        return ResourceRequirements.Of($"{Prefix}{taskType.Options.MaxConcurrency}:{taskType.Name}{key}", 1);
    }

    public static bool IsLimit(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whose limit it is, from its name.</summary>
    public static string Describe(string name)
    {
        string[] parts = name.Split(':', 4);
        return parts.Length == 4 ? $"the task type '{parts[2]}' of the key '{parts[3]}'" : $"the task type '{parts[2]}'";
    }

    /// <summary>How many attempts a limit lets run, from its name.</summary>
    public static long CapacityOf(string name)
    {
        ReadOnlySpan<char> rest = name.AsSpan(Prefix.Length);
        return long.Parse(rest[..rest.IndexOf(':')], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
