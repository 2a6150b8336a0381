namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>What became of all damage.</summary>
/// <param name="Rows">A row for each kind.</param>
/// <param name="Splits">How often an answer was cut in two and read.</param>
/// <param name="SplitsThatDiffer">How often that said something else.</param>
/// <param name="Verdicts">How long each answer took from text to verdict, the shortest first.</param>
internal sealed record DamageReport(IReadOnlyList<DamageRow> Rows, int Splits, int SplitsThatDiffer, IReadOnlyList<TimeSpan> Verdicts)
{
    public TimeSpan LongestOf(double share) => Verdicts[(int)Math.Ceiling(share * Verdicts.Count) - 1];
}
