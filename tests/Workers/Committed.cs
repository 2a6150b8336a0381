using System.Text.Json.Nodes;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Tests.Workers;

/// <summary>What the journal of a run says was done.</summary>
/// <param name="Outcome">How the run has ended, if it has.</param>
/// <param name="Attempts">The attempts that succeeded, by idempotency key.</param>
/// <param name="Interrupted">How many attempts were interrupted.</param>
internal sealed record Committed(RunOutcome? Outcome, IReadOnlyDictionary<string, int> Attempts, int Interrupted)
{
    /// <summary>How many subtasks succeeded.</summary>
    public int Count => Attempts.Count;

    public static async Task<Committed> ReadAsync(IRunStore store, string runId)
    {
        Dictionary<string, int> attempts = new(StringComparer.Ordinal);
        int interrupted = 0;
        await foreach (ReadOnlyMemory<byte> line in store.ReadAsync(runId, 0, TestContext.Current.CancellationToken))
        {
            JsonNode next = JsonNode.Parse(line.Span)!;
            string kind = next["kind"]!.GetValue<string>();
            if (kind == "subtask-succeeded")
            {
                Assert.True(attempts.TryAdd($"{runId}/s{next["subtask"]!.GetValue<int>()}", next["attempt"]!.GetValue<int>()), "Something was committed twice.");
            }

            interrupted += kind == "attempt-interrupted" ? 1 : 0;
        }

        return new Committed((await store.FindAsync(runId, TestContext.Current.CancellationToken))!.Outcome, attempts, interrupted);
    }

    /// <summary>
    /// Judges by the effects outside, "key attempt" each: every attempt has happened at most once, none comes after the one that is committed,
    /// and what is committed has happened.
    /// </summary>
    public void Judge(string[] effects)
    {
        HashSet<string> happened = new(StringComparer.Ordinal);
        foreach (string effect in effects)
        {
            Assert.True(happened.Add(effect), $"The attempt '{effect}' happened twice.");
            string[] parts = effect.Split(' ');
            Assert.False(Attempts.TryGetValue(parts[0], out int attempt) && int.Parse(parts[1], null) > attempt, $"'{effect}' happened, but attempt {attempt} was committed.");
        }

        Assert.All(Attempts, attempt => Assert.Contains($"{attempt.Key} {attempt.Value}", happened));
    }
}
