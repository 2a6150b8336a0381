namespace AgentOrchestration.Testing;

/// <summary>What goes wrong with one operation of a store.</summary>
public enum StoreFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It fails, and has not happened.</summary>
    FailedBefore,

    /// <summary>It fails, but has happened.</summary>
    FailedAfter,

    /// <summary>It fails for a moment, and has not happened: the same may work a little later.</summary>
    BusyBefore,

    /// <summary>It fails for a moment, but has happened.</summary>
    BusyAfter,
}
