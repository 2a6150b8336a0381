namespace AgentOrchestration.Runs.State;

/// <summary>Beside which attempt of its subtask an attempt has started, as its hedge.</summary>
/// <param name="Original">The number of that attempt.</param>
internal sealed record HedgeMark(int Original);
