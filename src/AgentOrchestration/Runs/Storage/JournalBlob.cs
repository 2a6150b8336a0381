namespace AgentOrchestration.Runs.Storage;

/// <summary>A large result of a run.</summary>
/// <param name="Name">The SHA-256 of the content in hexadecimal digits, upper case; unique within its run.</param>
/// <param name="Content">The result.</param>
public sealed record JournalBlob(string Name, ReadOnlyMemory<byte> Content);
