namespace AgentOrchestration.Benchmarks.ManyRuns;

/// <summary>What runs share, of which there is too little: eight places of each kind.</summary>
internal enum SharedLimit
{
    Pool,
    TwoPools,
    TypeLimit,
    KeyLimit,
    TotalLimit,
    ReplenishingPool,
}
