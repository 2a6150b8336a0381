namespace AgentOrchestration.Runs.Storage;

/// <summary>The tags of runs, compared by their content.</summary>
internal static class RunTags
{
    public static IReadOnlyDictionary<string, string> None { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public static bool AreEqual(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) => one.Count == other.Count && Contain(one, other);

    /// <summary>Whether all of some tags are among others, with the same values.</summary>
    public static bool Contain(IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> wanted) =>
        wanted.All(tag => tags.TryGetValue(tag.Key, out string? value) && value == tag.Value);
}
