namespace AgentOrchestration.Postgres.Tests.Server;

/// <summary>Specifies how a proxy cuts a connection.</summary>
public enum CutMode
{
    /// <summary>Before the server has the statement.</summary>
    Before,

    /// <summary>When the server has answered, before the answer arrives.</summary>
    After,

    /// <summary>As soon as the server has the statement, which it still works on.</summary>
    Meanwhile,

    /// <summary>Never, but the answer does not arrive.</summary>
    Silent,
}
