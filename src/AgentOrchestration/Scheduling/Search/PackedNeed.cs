namespace AgentOrchestration.Scheduling.Search;

/// <summary>What an activity needs of the resources in one word.</summary>
/// <param name="Word">The word.</param>
/// <param name="Amounts">The amounts, each in its lane.</param>
internal readonly record struct PackedNeed(int Word, ulong Amounts);
