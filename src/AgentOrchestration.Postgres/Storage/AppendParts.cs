namespace AgentOrchestration.Postgres.Storage;

/// <summary>Specifies what some appends of a group have beside events.</summary>
[Flags]
internal enum AppendParts
{
    None = 0,
    Blobs = 1,
    Answers = 2,
    TaskTypes = 4,
    All = Blobs | Answers | TaskTypes,
}
