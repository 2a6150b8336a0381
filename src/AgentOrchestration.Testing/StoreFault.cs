namespace AgentOrchestration.Testing;

/// <summary>Specifies the fault of one operation of a store.</summary>
public enum StoreFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The operation fails and has not happened.</summary>
    FailedBefore,

    /// <summary>The operation fails, but has happened.</summary>
    FailedAfter,

    /// <summary>The operation fails temporarily and has not happened: a retry may succeed.</summary>
    BusyBefore,

    /// <summary>The operation fails temporarily, but has happened.</summary>
    BusyAfter,
}
